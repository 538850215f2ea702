/** Tags of groups. */
import type { Tag } from "@aws-sdk/client-auto-scaling";
import type { Principal } from "#services/kit/service.ts";
import { validationError } from "../errors.ts";
import type { GroupTag } from "../records.ts";

/**
 * In order of key; a key twice counts once, the last value wins. Services that act for their
 * customers, such as CloudFormation, may set tags of AWS's own.
 */
export function tagsFrom(
  tags: readonly Tag[] | undefined,
  group: string,
  by: Principal,
): GroupTag[] {
  const found = new Map<string, GroupTag>();
  for (const { Key = "", Value = "", PropagateAtLaunch, ResourceId } of tags ?? []) {
    if (by.type !== "service" && Key.toLowerCase().startsWith("aws:"))
      throw validationError(`Tag keys beginning with 'aws:' are reserved: ${Key}`);
    if (ResourceId !== undefined && ResourceId !== group)
      throw validationError(`The tag ${Key} is meant for ${ResourceId}, not for ${group}`);
    // AWS's page does not say what a tag without PropagateAtLaunch does; an absent boolean is false.
    found.set(Key, { key: Key, value: Value, propagate: PropagateAtLaunch ?? false });
  }
  return sortTags([...found.values()]);
}

export function sortTags(tags: readonly GroupTag[]): GroupTag[] {
  return tags.toSorted((a, b) => (a.key < b.key ? -1 : 1));
}
