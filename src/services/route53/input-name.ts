/** Names as requests give them. */
import type { AwsError } from "#model/error.ts";
import { invalidInput } from "./errors.ts";
import { normalName } from "./names.ts";
import { ValueProblem } from "./values/problem.ts";

/** As zones write it; throws what `refuse` makes of the reason why it is no name. */
export function inputName(
  name: string,
  refuse: (reason: string) => AwsError = invalidInput,
): string {
  try {
    return normalName(name);
  } catch (error) {
    throw error instanceof ValueProblem ? refuse(error.message) : error;
  }
}
