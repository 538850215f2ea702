import type { Operation } from "#services/kit/service.ts";
import { grantsFor, ownerOf } from "../access/new-object.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { checksumOutput, expectedChecksum } from "../checksums/checksum.ts";
import { expirationOf } from "../lifecycle/expiration.ts";
import { maxPutBytes } from "../limits.ts";
import { announce } from "../notifications/announce.ts";
import { checkWriteConditions } from "../objects/conditions.ts";
import { keepContent } from "../objects/content.ts";
import { discard, receive } from "../objects/receive.ts";
import { checkKey, readSettings, refuseUnsupported } from "../objects/settings.ts";
import { writeVersion } from "../objects/versions.ts";
import { everywhere, objects } from "../records.ts";
import { change, type S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
export const putObject: Operation<"s3", "PutObject", S3State> = async (input, context) => {
  const { Key: key = "", Body } = input;
  checkKey(key);
  refuseUnsupported(input);
  const settings = readSettings(input);
  const checksum = expectedChecksum(input);
  const received = await receive(context.state, Body, {
    contentMd5: input.ContentMD5,
    checksum,
    defaultAlgorithm: "CRC64NVME",
    limitBytes: maxPutBytes,
    beforeFile: () =>
      context.store.transaction((tx) => findBucket(tx, context, input, "PutObject", key)),
  });
  try {
    return await change(context, async (changing) => {
      const { tx } = changing;
      const bucket = await findBucket(tx, context, input, "PutObject", key);
      if (input.IfMatch !== undefined || input.IfNoneMatch !== undefined)
        checkWriteConditions(input, await objects.get(tx, everywhere, bucket.name, key), key);
      const grants = await grantsFor(tx, context, bucket, input);
      const record = await writeVersion(changing, context, bucket, key, {
        ...settings,
        ...(grants && { grants }),
        owner: ownerOf(context, bucket, input),
        sizeBytes: received.sizeBytes,
        etag: received.md5,
        content: await keepContent(changing, context, received.arrived, received.sizeBytes),
        checksum: { ...received.checksum, type: "FULL_OBJECT" },
      });
      await announce(tx, context, bucket, "ObjectCreated:Put", key, record);
      const Expiration = await expirationOf(tx, bucket, key, record);
      return {
        ETag: `"${record.etag}"`,
        ServerSideEncryption: "AES256" as const,
        ...checksumOutput(record.checksum),
        ...(bucket.versioning && { VersionId: record.versionId }),
        ...(Expiration !== undefined && { Expiration }),
      };
    });
  } catch (error) {
    await discard(context.state.files, received);
    throw error;
  }
};
