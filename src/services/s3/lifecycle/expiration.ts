/** The x-amz-expiration header. https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html */
import { dateOf } from "#runtime/date.ts";
import type { Transaction } from "#store/store.ts";
import { getDocument } from "../buckets/documents.ts";
import type { BucketRecord, ObjectRecord } from "../records.ts";
import { expiryOf, isEnabled, isFor } from "./rules.ts";

/** When the version will expire and by which rule; undefined when no rule says so. */
export async function expirationOf(
  tx: Transaction,
  bucket: BucketRecord,
  key: string,
  record: ObjectRecord,
): Promise<string | undefined> {
  if (!bucket.documents?.lifecycle || record.supersededMs !== undefined) return undefined;
  const lifecycle = await getDocument(tx, bucket, "lifecycle");
  let first: { dueMs: number; id: string } | undefined;
  for (const rule of lifecycle?.Rules ?? []) {
    if (!isEnabled(rule) || !isFor(rule, key, record)) continue;
    const dueMs = expiryOf(rule, record);
    if (dueMs !== undefined && (!first || dueMs < first.dueMs))
      first = { dueMs, id: rule.ID ?? "" };
  }
  if (!first) return undefined;
  const id = encodeURIComponent(first.id);
  return `expiry-date="${dateOf(first.dueMs).toUTCString()}", rule-id="${id}"`;
}
