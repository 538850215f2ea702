/** IAM's rules for tags. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules */
import { tagsFromList, type Tags } from "#services/kit/tags.ts";
import { invalidInput, limitExceeded } from "./errors.ts";
import { mostTags } from "./limits.ts";

type TagList = readonly { Key: string | undefined; Value: string | undefined }[] | undefined;

/** The tags of a new entity. Throws InvalidInput when keys repeat, whatever their case. */
export function newTags(list: TagList): Tags {
  const tags = tagsFromList(list);
  const keys = (list ?? []).map(({ Key }) => Key!);
  if (new Set(keys.map((key) => key.toLowerCase())).size !== keys.length)
    throw invalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
  const reserved = keys.find((key) => /^aws:/i.test(key));
  if (reserved !== undefined)
    throw invalidInput(`Tag key ${reserved} is reserved. Tag keys may not start with aws:`);
  return tags;
}

/** Adds tags; a key that is there in another case takes the new spelling. */
export function addTags(present: Tags, list: TagList): Tags {
  const added = newTags(list);
  const merged = { ...removeTags(present, Object.keys(added)), ...added };
  if (Object.keys(merged).length > mostTags)
    throw limitExceeded("The number of tags has reached the maximum limit.");
  return merged;
}

export function removeTags(present: Tags, keys: readonly string[] | undefined): Tags {
  const removed = new Set((keys ?? []).map((key) => key.toLowerCase()));
  return Object.fromEntries(
    Object.entries(present).filter(([key]) => !removed.has(key.toLowerCase())),
  );
}
