/** Physical names as CloudFormation makes them. */
import type { Random } from "#runtime/random.ts";
import type { NameRule, Properties } from "../resource-types/resource-type.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const randomLength = 12;

/**
 * "stack-LogicalId-1A2B3C4D5E6F"; what is too long is cut from both parts alike.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-name.html
 */
export function physicalName(
  random: Random,
  stackName: string,
  logicalId: string,
  rule: NameRule | undefined,
  properties: Properties,
): string {
  const given: unknown = rule && properties[rule.property];
  if (typeof given === "string") return given;
  const suffix = rule?.suffix?.(properties) ?? "";
  const room = (rule?.maxLength ?? 255) - suffix.length - randomLength - 2;
  let stackPart = stackName;
  let idPart = logicalId;
  if (stackPart.length + idPart.length > room) {
    const half = Math.floor(room / 2);
    const stackRoom = Math.max(half, room - idPart.length);
    stackPart = stackPart.slice(0, stackRoom);
    idPart = idPart.slice(0, room - stackPart.length);
  }
  const name = `${stackPart}-${idPart}-${random.string(randomLength, alphabet)}`;
  return `${rule?.lowerCase ? name.toLowerCase() : name}${suffix}`;
}

/** True when the template gave the name, so that two resources could claim it. */
export function isCustomNamed(rule: NameRule | undefined, properties: Properties): boolean {
  return rule !== undefined && typeof properties[rule.property] === "string";
}
