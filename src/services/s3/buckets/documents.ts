/** A bucket's configuration documents: each is kept as AWS spells it. */
import type {
  BucketLifecycleConfiguration,
  CORSConfiguration,
  NotificationConfiguration,
  PublicAccessBlockConfiguration,
  ServerSideEncryptionConfiguration,
  WebsiteConfiguration,
} from "@aws-sdk/client-s3";
import type { Transaction } from "#store/store.ts";
import {
  buckets,
  documents,
  everywhere,
  type BucketRecord,
  type DocumentKind,
} from "../records.ts";

export interface Documents {
  cors: CORSConfiguration;
  encryption: ServerSideEncryptionConfiguration;
  lifecycle: StoredLifecycle;
  notification: NotificationConfiguration;
  /** The policy's own text. */
  policy: string;
  publicAccessBlock: PublicAccessBlockConfiguration;
  website: WebsiteConfiguration;
}

/** Dates as milliseconds: records hold no Date. */
export type StoredLifecycle = WithoutDates<BucketLifecycleConfiguration> & {
  TransitionDefaultMinimumObjectSize?: string | undefined;
};

type WithoutDates<T> = T extends Date
  ? number
  : T extends (infer Item)[]
    ? WithoutDates<Item>[]
    : T extends object
      ? { [K in keyof T]: WithoutDates<T[K]> }
      : T;

export async function getDocument<K extends DocumentKind & keyof Documents>(
  tx: Transaction,
  bucket: BucketRecord,
  kind: K,
): Promise<Documents[K] | undefined> {
  if (!bucket.documents?.[kind]) return undefined;
  return (await documents.get(tx, everywhere, bucket.name, kind)) as Documents[K] | undefined;
}

export function putDocument<K extends DocumentKind & keyof Documents>(
  tx: Transaction,
  bucket: BucketRecord,
  kind: K,
  document: Documents[K],
): void {
  documents.put(tx, everywhere, [bucket.name, kind], document);
  if (!bucket.documents?.[kind])
    buckets.put(tx, everywhere, [bucket.name], {
      ...bucket,
      documents: { ...bucket.documents, [kind]: true },
    });
}

export function deleteDocument(tx: Transaction, bucket: BucketRecord, kind: DocumentKind): void {
  if (!bucket.documents?.[kind]) return;
  documents.delete(tx, everywhere, bucket.name, kind);
  const { [kind]: _, ...left } = bucket.documents;
  buckets.put(tx, everywhere, [bucket.name], { ...bucket, documents: left });
}
