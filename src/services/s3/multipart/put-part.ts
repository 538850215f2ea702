/** Puts a part in its place; one with the same number is replaced. */
import { blobs, everywhere, uploadParts, type PartRecord, type UploadRecord } from "../records.ts";
import { releaseSegments, segmentOf } from "../objects/content.ts";
import type { Received } from "../objects/receive.ts";
import type { Change, S3Context } from "../state.ts";

export async function putPart(
  change: Change,
  { clock }: S3Context,
  { uploadId }: UploadRecord,
  number: number,
  part: Pick<PartRecord, "sizeBytes" | "etag" | "checksum" | "segments">,
): Promise<PartRecord> {
  const { tx } = change;
  const before = await uploadParts.get(tx, everywhere, uploadId, number);
  const record: PartRecord = { ...part, number, modifiedMs: clock.now() };
  uploadParts.put(tx, everywhere, [uploadId, number], record);
  if (before) await releaseSegments(change, before.segments);
  return record;
}

/** A part of bytes that have just arrived. */
export function partOf(
  { tx }: Change,
  { arrived, sizeBytes, md5, checksum }: Received,
): Pick<PartRecord, "sizeBytes" | "etag" | "checksum" | "segments"> {
  if ("blob" in arrived) blobs.put(tx, everywhere, [arrived.blob], { references: 1 });
  return {
    sizeBytes,
    etag: md5,
    checksum: checksum.value,
    segments: sizeBytes === 0 ? [] : [segmentOf(arrived, sizeBytes)],
  };
}
