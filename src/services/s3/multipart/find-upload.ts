/** Finds the upload that a request is about. */
import type { Transaction } from "#store/store.ts";
import { findBucket, type BucketInput } from "../buckets/find-bucket.ts";
import { noSuchUpload } from "../errors.ts";
import { everywhere, uploads, type BucketRecord, type UploadRecord } from "../records.ts";
import type { S3Context } from "../state.ts";

export interface UploadInput extends BucketInput {
  Key: string | undefined;
  UploadId: string | undefined;
}

export async function findUpload(
  tx: Transaction,
  context: S3Context,
  input: UploadInput,
  action: "PutObject" | "AbortMultipartUpload" | "ListMultipartUploadParts",
): Promise<{ bucket: BucketRecord; key: string; upload: UploadRecord }> {
  const { Key: key = "", UploadId: uploadId = "" } = input;
  const bucket = await findBucket(tx, context, input, action, key);
  const upload = await uploads.get(tx, everywhere, bucket.name, key, uploadId);
  if (!upload) throw noSuchUpload(uploadId);
  return { bucket, key, upload };
}
