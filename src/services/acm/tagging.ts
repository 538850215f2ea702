/** Tags of certificates, whose values may be left out. */
import { limits } from "./limits.ts";
import { reservedTag, tooManyTags } from "./errors.ts";
import type { CertificateRecord } from "./records.ts";

type Tags = CertificateRecord["tags"];
type TagList = readonly { Key?: string | undefined; Value?: string | undefined }[];

export function readTags(list: TagList | undefined, present: Tags = {}): Tags {
  const tags: Tags = { ...present };
  for (const { Key = "", Value } of list ?? []) {
    if (/^aws:/i.test(Key) && !Key.startsWith("aws:cloudformation:")) throw reservedTag();
    tags[Key] = Value ?? null;
  }
  if (Object.keys(tags).length > limits.tagsPerCertificate) throw tooManyTags(tags);
  return tags;
}

/** A tag given with a value goes only if it has that value. */
export function withoutTags(present: Tags, list: TagList | undefined): Tags {
  const tags: Tags = { ...present };
  for (const { Key = "", Value } of list ?? []) {
    if (/^aws:/i.test(Key) && !Key.startsWith("aws:cloudformation:")) throw reservedTag();
    if (Value === undefined || (tags[Key] ?? "") === Value) delete tags[Key];
  }
  return tags;
}

export function tagList(tags: Tags): { Key: string; Value?: string }[] {
  return Object.entries(tags)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([Key, value]) => (value === null ? { Key } : { Key, Value: value }));
}
