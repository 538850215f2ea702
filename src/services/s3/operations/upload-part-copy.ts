import { dateOf } from "#runtime/date.ts";
import type { Operation } from "#services/kit/service.ts";
import { checksumMember } from "../checksums/checksum.ts";
import { invalidObjectState, invalidRequest } from "../errors.ts";
import { maxPartBytes } from "../limits.ts";
import { findUpload } from "../multipart/find-upload.ts";
import { checkPartNumber } from "../multipart/part-number.ts";
import { putPart } from "../multipart/put-part.ts";
import { checkCopyConditions } from "../objects/conditions.ts";
import { addReference, cutSegments, getContent, type ByteRange } from "../objects/content.ts";
import { parseCopySource } from "../objects/copy-source.ts";
import { findObject } from "../objects/find-object.ts";
import { hashContent } from "../objects/hash-content.ts";
import { parseCopyRange } from "../objects/ranges.ts";
import { isArchived, refuseCustomerKeys } from "../objects/settings.ts";
import type { Content, Segment } from "../records.ts";
import { change, type Change, type S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
export const uploadPartCopy: Operation<"s3", "UploadPartCopy", S3State> = async (
  input,
  context,
) => {
  refuseCustomerKeys(input);
  refuseCustomerKeys({ SSECustomerKey: input.CopySourceSSECustomerKey });
  const number = checkPartNumber(input.PartNumber);
  const from = {
    ...parseCopySource(input.CopySource ?? ""),
    ExpectedBucketOwner: input.ExpectedSourceBucketOwner,
  };
  for (;;) {
    const { upload, source } = await context.store.transaction(async (tx) => ({
      upload: (await findUpload(tx, context, input, "PutObject")).upload,
      source: (await findObject(tx, context, from, "GetObject", "GET")).record,
    }));
    if (isArchived(source)) throw invalidObjectState(source.storageClass!);
    checkCopyConditions(input, source);
    const range = input.CopySourceRange
      ? parseCopyRange(input.CopySourceRange, source.sizeBytes)
      : { start: 0, end: source.sizeBytes };
    const sizeBytes = range.end - range.start;
    if (sizeBytes > maxPartBytes)
      throw invalidRequest(
        `The specified copy source is larger than the maximum allowable size for a copy source: ${maxPartBytes}`,
      );
    const { md5, checksum } = await hashContent(context, source, upload.checksumAlgorithm, range);
    const output = await change(context, async (changing) => {
      const { tx } = changing;
      await findUpload(tx, context, input, "PutObject");
      const { bucket, record } = await findObject(tx, context, from, "GetObject", "GET");
      // Somebody has replaced the source while it was hashed.
      if (record.etag !== source.etag || record.sequence !== source.sequence) return undefined;
      const part = await putPart(changing, context, upload, number, {
        sizeBytes,
        etag: md5,
        checksum: checksum.value,
        segments: await shareSegments(changing, record.content, range),
      });
      return {
        CopyPartResult: {
          ETag: `"${part.etag}"`,
          LastModified: dateOf(part.modifiedMs),
          ...(upload.checksumAsked && { [checksumMember(checksum.algorithm)]: checksum.value }),
        },
        ServerSideEncryption: "AES256" as const,
        ...(bucket.versioning && { CopySourceVersionId: record.versionId }),
      };
    });
    if (output) return output;
  }
};

/** The bytes are not copied: the part names the same stretch of the source's file. */
async function shareSegments(
  changing: Change,
  content: Content,
  range: ByteRange,
): Promise<Segment[]> {
  if (typeof content !== "string") return [{ bytes: content.slice(range.start, range.end) }];
  const { bytes, segments = [] } = await getContent(changing.tx, content);
  if (bytes) return [{ bytes: bytes.slice(range.start, range.end) }];
  const shared = cutSegments(segments, range);
  for (const segment of shared) await addReference(changing, segment);
  return shared;
}
