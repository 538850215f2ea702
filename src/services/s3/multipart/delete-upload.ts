/** Forgets uploads and lets go of the parts that nobody used. */
import { releaseSegments } from "../objects/content.ts";
import { everywhere, uploadParts, uploads, type UploadRecord } from "../records.ts";
import type { Change } from "../state.ts";

/** Deletes the upload and its parts; the bytes of the parts go with them unless they are kept. */
export async function deleteUpload(
  change: Change,
  { bucket, key, uploadId }: UploadRecord,
  kept: ReadonlySet<number> = new Set(),
): Promise<void> {
  const { tx } = change;
  for (const part of await uploadParts.list(tx, everywhere, [uploadId])) {
    if (!kept.has(part.number)) await releaseSegments(change, part.segments);
    uploadParts.delete(tx, everywhere, uploadId, part.number);
  }
  uploads.delete(tx, everywhere, bucket, key, uploadId);
}

export async function deleteBucketUploads(change: Change, bucket: string): Promise<void> {
  for (const upload of await uploads.list(change.tx, everywhere, [bucket]))
    await deleteUpload(change, upload);
}
