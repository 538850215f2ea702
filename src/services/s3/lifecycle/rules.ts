/** Lifecycle rules: which objects they are for, and when. https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html */
import type { Tags } from "#services/kit/tags.ts";
import type { StoredLifecycle } from "../buckets/documents.ts";
import type { ObjectRecord } from "../records.ts";

export type Rule = NonNullable<StoredLifecycle["Rules"]>[number];

const dayMs = 86_400_000;

/** Days count from the next midnight: "rounded up to the next day midnight UTC". */
export function midnightAfter(timeMs: number, days: number): number {
  return Math.ceil((timeMs + days * dayMs) / dayMs) * dayMs;
}

export function isEnabled({ Status }: Rule): boolean {
  return Status === "Enabled";
}

export function prefixOf({ Filter, Prefix }: Rule): string {
  return Filter?.And?.Prefix ?? Filter?.Prefix ?? Prefix ?? "";
}

/** True when the rule's filter lets the version through. */
export function isFor(
  rule: Rule,
  key: string,
  { sizeBytes, tags }: Pick<ObjectRecord, "sizeBytes" | "tags">,
): boolean {
  if (!key.startsWith(prefixOf(rule))) return false;
  const { And, Tag, ObjectSizeGreaterThan, ObjectSizeLessThan } = rule.Filter ?? {};
  const wanted = [...(And?.Tags ?? []), ...(Tag ? [Tag] : [])];
  if (!wanted.every(({ Key = "", Value }) => hasTag(tags, Key, Value))) return false;
  const more = And?.ObjectSizeGreaterThan ?? ObjectSizeGreaterThan;
  const less = And?.ObjectSizeLessThan ?? ObjectSizeLessThan;
  return (more === undefined || sizeBytes > more) && (less === undefined || sizeBytes < less);
}

function hasTag(tags: Tags | undefined, name: string, value: string | undefined): boolean {
  return tags !== undefined && Object.hasOwn(tags, name) && tags[name] === value;
}

/** When a rule makes a version expire that is the latest; undefined for never. */
export function expiryOf({ Expiration }: Rule, { modifiedMs }: ObjectRecord): number | undefined {
  if (Expiration?.Days !== undefined) return midnightAfter(modifiedMs, Expiration.Days);
  return Expiration?.Date;
}
