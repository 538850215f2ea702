/** Tags of objects and buckets. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
import type { Principal } from "#services/kit/service.ts";
import type { Tags } from "#services/kit/tags.ts";
import { invalidArgument, invalidTag } from "./errors.ts";
import { maxBucketTags, maxObjectTags, maxTagKeyLength, maxTagValueLength } from "./limits.ts";

const allowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** The x-amz-tagging header: a query string. */
export function parseTagging(text: string): Tags {
  const tags: Tags = {};
  for (const [name, value] of new URLSearchParams(text)) {
    if (Object.hasOwn(tags, name))
      throw invalidArgument(
        "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
        "x-amz-tagging",
        text,
      );
    tags[name] = value;
  }
  checkTags(tags, maxObjectTags, "Object");
  return tags;
}

export interface TagSetInput {
  TagSet?: readonly { Key?: string | undefined; Value?: string | undefined }[] | undefined;
}

export function readObjectTags(tagging: TagSetInput | undefined): Tags {
  return readTags(tagging, maxObjectTags, "Object");
}

/** Services that act for their customers, such as CloudFormation, may set tags of AWS's own. */
export function readBucketTags(tagging: TagSetInput | undefined, by: Principal): Tags {
  return readTags(tagging, maxBucketTags, "Bucket", by.type === "service");
}

function readTags(
  tagging: TagSetInput | undefined,
  most: number,
  owner: string,
  systemTags = false,
): Tags {
  const tags: Tags = {};
  for (const { Key = "", Value = "" } of tagging?.TagSet ?? []) {
    if (Object.hasOwn(tags, Key))
      throw invalidTag("Cannot provide multiple Tags with the same key", Key);
    tags[Key] = Value;
  }
  checkTags(tags, most, owner, systemTags);
  return tags;
}

function checkTags(tags: Tags, most: number, owner: string, systemTags = false): void {
  const entries = Object.entries(tags);
  if (entries.length > most) throw invalidTag(`${owner} tags cannot be greater than ${most}`);
  for (const [name, value] of entries) {
    if (name === "" || name.length > maxTagKeyLength || !allowed.test(name))
      throw invalidTag("The TagKey you have provided is invalid", name);
    if (value.length > maxTagValueLength || !allowed.test(value))
      throw invalidTag("The TagValue you have provided is invalid", name);
    if (!systemTags && name.toLowerCase().startsWith("aws:"))
      throw invalidTag(
        owner === "Bucket"
          ? "System tags cannot be added/updated by requester"
          : "Your TagKey cannot be prefixed with aws:",
        name,
      );
  }
}
