import { tagsFromList, type Tags } from "#services/kit/tags.ts";
import { duplicateTagKeys, tooManyTags, validationError } from "./errors.ts";
import { limits } from "./limits.ts";

type TagList = readonly { Key?: string | undefined; Value?: string | undefined }[];

/** The tags of a request; throws for keys given twice or reserved. */
export function readTags(list: TagList | undefined): Tags {
  const seen = new Set<string>();
  for (const { Key = "" } of list ?? []) {
    if (seen.has(Key)) throw duplicateTagKeys(Key);
    seen.add(Key);
    if (/^aws:/i.test(Key) && !Key.startsWith("aws:cloudformation:"))
      throw validationError(`Tag key '${Key}' cannot begin with 'aws:'`);
  }
  return checkCount(tagsFromList(list));
}

/** AWS's own tags do not count. */
export function checkCount(tags: Tags): Tags {
  const own = Object.keys(tags).filter((key) => !key.startsWith("aws:"));
  if (own.length > limits.tagsPerLoadBalancer) throw tooManyTags();
  return tags;
}
