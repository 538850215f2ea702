import type { Operation } from "#services/kit/service.ts";
import { refuseAnonymous } from "../access/anonymous.ts";
import { grantsFor, ownerOf } from "../access/new-object.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { chooseUploadChecksum } from "../multipart/upload-checksum.ts";
import { checkKey, readSettings, refuseUnsupported } from "../objects/settings.ts";
import { everywhere, uploads, type UploadRecord } from "../records.ts";
import type { S3State } from "../state.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html */
export const createMultipartUpload: Operation<"s3", "CreateMultipartUpload", S3State> = async (
  input,
  context,
) => {
  const { Key: key = "" } = input;
  refuseAnonymous(
    context,
    "Anonymous users cannot initiate multipart uploads.  Please authenticate.",
  );
  checkKey(key);
  refuseUnsupported(input);
  const settings = readSettings(input);
  const checksum = chooseUploadChecksum(input);
  return context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "PutObject", key);
    const grants = await grantsFor(tx, context, bucket, input);
    const upload: UploadRecord = {
      ...settings,
      ...(grants && { grants }),
      ...checksum,
      bucket: bucket.name,
      key,
      uploadId: context.random.string(64, alphabet),
      initiatedMs: context.clock.now(),
      owner: ownerOf(context, bucket, input),
      initiatorArn: context.principal.arn,
    };
    uploads.put(tx, everywhere, [bucket.name, key, upload.uploadId], upload);
    return {
      Bucket: bucket.name,
      Key: key,
      UploadId: upload.uploadId,
      ServerSideEncryption: "AES256" as const,
      ...(checksum.checksumAsked && {
        ChecksumAlgorithm: checksum.checksumAlgorithm,
        ChecksumType: checksum.checksumType,
      }),
    };
  });
};
