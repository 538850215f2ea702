import type { CompletedPart } from "@aws-sdk/client-s3";
import type { Input } from "#model/sdk.ts";
import type { Operation } from "#services/kit/service.ts";
import type { Transaction } from "#store/store.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import {
  checksumMember,
  checksumOutput,
  digestBytes,
  type ChecksumRecord,
} from "../checksums/checksum.ts";
import {
  badChecksum,
  entityTooSmall,
  invalidPart,
  invalidPartOrder,
  invalidRequest,
  malformedXml,
} from "../errors.ts";
import { expirationOf } from "../lifecycle/expiration.ts";
import { maxParts, minPartBytes } from "../limits.ts";
import { deleteUpload } from "../multipart/delete-upload.ts";
import { findUpload } from "../multipart/find-upload.ts";
import { checksumOfParts, etagOfParts } from "../multipart/upload-checksum.ts";
import { announce } from "../notifications/announce.ts";
import { checkWriteConditions } from "../objects/conditions.ts";
import { joinSegments } from "../objects/content.ts";
import { refuseCustomerKeys } from "../objects/settings.ts";
import { writeVersion } from "../objects/versions.ts";
import {
  everywhere,
  objects,
  uploadParts,
  type BucketRecord,
  type ObjectRecord,
  type ObjectSettings,
  type PartRecord,
  type UploadRecord,
} from "../records.ts";
import { change, type S3Context, type S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html */
export const completeMultipartUpload: Operation<"s3", "CompleteMultipartUpload", S3State> = (
  input,
  context,
) => {
  refuseCustomerKeys(input);
  return change(context, async (changing) => {
    const { tx } = changing;
    const done = await findCompleted(tx, context, input);
    if (done) return describe(tx, context, done.bucket, input.Key ?? "", done.record);
    const { bucket, key, upload } = await findUpload(tx, context, input, "PutObject");
    checkWriteConditions(input, await objects.get(tx, everywhere, bucket.name, key), key);
    const parts = await findParts(tx, upload, input.MultipartUpload?.Parts);
    const checksum = checksumOfParts(upload, parts);
    compareChecksum(input, upload, checksum);
    const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
    if (input.MpuObjectSize !== undefined && input.MpuObjectSize !== sizeBytes)
      throw invalidRequest(
        `The provided 'x-amz-mp-object-size' header value ${input.MpuObjectSize} does not match what was computed: ${sizeBytes}`,
      );
    const record = await writeVersion(changing, context, bucket, key, {
      ...settingsOf(upload),
      owner: upload.owner,
      sizeBytes,
      etag: etagOfParts(parts),
      checksum,
      partCount: parts.length,
      uploadId: upload.uploadId,
      content: joinSegments(
        changing,
        context,
        parts.flatMap((part) => part.segments),
        parts.map((part) => ({
          number: part.number,
          sizeBytes: part.sizeBytes,
          checksum: part.checksum,
        })),
      ),
    });
    await deleteUpload(changing, upload, new Set(parts.map(({ number }) => number)));
    await announce(tx, context, bucket, "ObjectCreated:CompleteMultipartUpload", key, record);
    return describe(tx, context, bucket, key, record);
  });
};

/** Who did not get the answer asks again, and gets it: the object tells which upload made it. */
async function findCompleted(
  tx: Transaction,
  context: S3Context,
  input: Input<"s3", "CompleteMultipartUpload">,
): Promise<{ bucket: BucketRecord; record: ObjectRecord } | undefined> {
  const { Bucket: name = "", Key: key = "", UploadId: uploadId } = input;
  const record = await objects.get(tx, everywhere, name, key);
  if (!record || uploadId === undefined || record.uploadId !== uploadId) return undefined;
  return { bucket: await findBucket(tx, context, input, "PutObject", key), record };
}

async function describe(
  tx: Transaction,
  { baseUrl }: S3Context,
  bucket: BucketRecord,
  key: string,
  record: ObjectRecord,
) {
  const Expiration = await expirationOf(tx, bucket, key, record);
  return {
    Location: `${baseUrl}/${bucket.name}/${encodeURI(key)}`,
    Bucket: bucket.name,
    Key: key,
    ETag: `"${record.etag}"`,
    ServerSideEncryption: "AES256" as const,
    ...checksumOutput(record.checksum),
    ...(bucket.versioning && { VersionId: record.versionId }),
    ...(Expiration !== undefined && { Expiration }),
  };
}

async function findParts(
  tx: Transaction,
  upload: UploadRecord,
  listed: readonly CompletedPart[] | undefined,
): Promise<PartRecord[]> {
  const { uploadId } = upload;
  if (!listed || listed.length === 0 || listed.length > maxParts) throw malformedXml();
  const parts: PartRecord[] = [];
  let before = 0;
  for (const wanted of listed) {
    const { PartNumber: number, ETag: etag } = wanted;
    if (number === undefined) throw malformedXml();
    if (number <= before) throw invalidPartOrder(uploadId);
    before = number;
    const part = await uploadParts.get(tx, everywhere, uploadId, number);
    if (!part || (etag !== undefined && etag.replaceAll('"', "") !== part.etag))
      throw invalidPart(uploadId, number, etag);
    const checksum = wanted[checksumMember(upload.checksumAlgorithm)];
    if (checksum !== undefined && checksum !== part.checksum)
      throw invalidPart(uploadId, number, etag);
    if (checksum === undefined && upload.checksumAsked && upload.checksumType === "COMPOSITE")
      throw invalidRequest(
        `The upload was created using a ${upload.checksumAlgorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`,
      );
    parts.push(part);
  }
  for (const part of parts.slice(0, -1))
    if (part.sizeBytes < minPartBytes)
      throw entityTooSmall(part.sizeBytes, minPartBytes, part.number, part.etag);
  return parts;
}

/** The whole's checksum, when the client tells it; for composite ones with or without the number of parts. */
function compareChecksum(
  input: Input<"s3", "CompleteMultipartUpload">,
  { checksumAlgorithm: algorithm, checksumType }: UploadRecord,
  { value }: ChecksumRecord,
): void {
  if (input.ChecksumType !== undefined && input.ChecksumType !== checksumType)
    throw invalidRequest(
      `The upload was created using the ${checksumType} checksum mode. The complete request must use the same checksum mode.`,
    );
  const given = input[checksumMember(algorithm)];
  if (given === undefined) return;
  const bare = given.replace(/-\d+$/, "");
  if (
    Buffer.from(bare, "base64").length !== digestBytes[algorithm] ||
    (given !== value && bare !== value.replace(/-\d+$/, ""))
  )
    throw badChecksum(algorithm);
}

function settingsOf(upload: UploadRecord): ObjectSettings {
  const {
    bucket: _bucket,
    key: _key,
    uploadId: _uploadId,
    initiatedMs: _initiatedMs,
    owner: _owner,
    initiatorArn: _initiatorArn,
    checksumAlgorithm: _algorithm,
    checksumType: _type,
    checksumAsked: _asked,
    ...settings
  } = upload;
  return settings;
}
