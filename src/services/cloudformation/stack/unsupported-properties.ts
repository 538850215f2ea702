/** Properties that AWS has and that Fogbank refuses, found before anything is created. */
import type { Properties, ResourceType } from "../resource-types/resource-type.ts";
import { TemplateError, isObject, textOf } from "../template/values.ts";

/** Throws when the properties hold one that the type declares as unsupported. */
export function refuseUnsupported(
  logicalId: string,
  { type, unsupported }: ResourceType,
  properties: Properties,
): void {
  for (const [path, why] of Object.entries(unsupported ?? {})) {
    const [names = "", value] = path.split("=");
    if (holds(properties, names.split("."), value))
      throw new TemplateError(
        `Fogbank does not support the property ${path} of ${type} (resource ${logicalId}): ${why}`,
      );
  }
}

/** "BlockDeviceMappings[].NoDevice": a name that ends in [] stands for every item of that list. */
function holds(
  present: unknown,
  [name, ...rest]: readonly string[],
  value: string | undefined,
): boolean {
  if (name === undefined) return value === undefined || textOf(present) === value;
  if (!isObject(present)) return false;
  const list = name.endsWith("[]");
  const member: unknown = present[list ? name.slice(0, -2) : name];
  if (member === undefined) return false;
  if (!list) return holds(member, rest, value);
  return Array.isArray(member) && member.some((item) => holds(item, rest, value));
}
