import { validationError } from "../errors.ts";
import { limits } from "../limits.ts";

/**
 * Refuses names that a new stack cannot have; AWS's published model of CreateStack holds no such constraint.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateStack.html
 */
export function checkStackName(name: string): void {
  const demand =
    name.length > limits.stackNameLength
      ? `Member must have length less than or equal to ${limits.stackNameLength}`
      : /^[a-zA-Z][-a-zA-Z0-9]*$/.test(name)
        ? undefined
        : "Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*";
  if (demand !== undefined)
    throw validationError(
      `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint: ${demand}`,
    );
}
