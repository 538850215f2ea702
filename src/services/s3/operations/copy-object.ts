import { dateOf } from "#runtime/date.ts";
import type { Input } from "#model/sdk.ts";
import type { Transaction } from "#store/store.ts";
import type { Operation } from "#services/kit/service.ts";
import { grantsFor, ownerOf } from "../access/new-object.ts";
import { getDocument } from "../buckets/documents.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { checksumOutput, knownAlgorithm } from "../checksums/checksum.ts";
import { invalidObjectState, invalidRequest, selfCopy } from "../errors.ts";
import { expirationOf } from "../lifecycle/expiration.ts";
import { maxCopyBytes } from "../limits.ts";
import { announce } from "../notifications/announce.ts";
import { checkCopyConditions, checkWriteConditions } from "../objects/conditions.ts";
import { shareContent } from "../objects/content.ts";
import { parseCopySource } from "../objects/copy-source.ts";
import { findObject, type Found } from "../objects/find-object.ts";
import { hashContent } from "../objects/hash-content.ts";
import { checkKey, isArchived, readSettings, refuseUnsupported } from "../objects/settings.ts";
import { writeVersion } from "../objects/versions.ts";
import { everywhere, objects, type BucketRecord, type ObjectSettings } from "../records.ts";
import { change, type Change, type S3Context, type S3State } from "../state.ts";

type CopyInput = Input<"s3", "CopyObject">;
type Hashes = Awaited<ReturnType<typeof hashContent>>;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
export const copyObject: Operation<"s3", "CopyObject", S3State> = async (input, context) => {
  const { Key: key = "", Bucket: name = "" } = input;
  checkKey(key);
  refuseUnsupported(input);
  refuseUnsupported({
    SSECustomerKey: input.CopySourceSSECustomerKey,
    SSECustomerAlgorithm: input.CopySourceSSECustomerAlgorithm,
  });
  const settings = readSettings(input);
  const from = parseCopySource(input.CopySource ?? "");
  const sourceInput = { ...from, ExpectedBucketOwner: input.ExpectedSourceBucketOwner };
  const onItself = from.Bucket === name && from.Key === key && from.VersionId === undefined;
  const find = (tx: Parameters<typeof findObject>[0]) =>
    findObject(tx, context, sourceInput, "GetObject", "GET");
  for (;;) {
    const hashed = await hashSource(input, context, find);
    const output = await change(context, async (changing) => {
      const source = await find(changing.tx);
      if (onItself) await checkSelf(changing.tx, source.bucket, input);
      // Somebody has replaced the source meanwhile.
      if (source.record.etag !== hashed.etag || source.record.sequence !== hashed.sequence) return;
      return copy(changing, context, input, settings, source, hashed.hashes);
    });
    if (output) return output;
  }
};

async function copy(
  changing: Change,
  context: S3Context,
  input: CopyInput,
  settings: ObjectSettings,
  source: Found,
  hashes: Hashes | undefined,
) {
  const { Key: key = "", Bucket: name = "" } = input;
  const { tx } = changing;
  const { record } = source;
  checkCopyConditions(input, record);
  const bucket = await findBucket(tx, context, input, "PutObject", key);
  checkWriteConditions(input, await objects.get(tx, everywhere, name, key), key);
  const grants = await grantsFor(tx, context, bucket, input);
  const written = await writeVersion(changing, context, bucket, key, {
    ...copiedSettings(input, settings, source),
    ...(grants && { grants }),
    owner: ownerOf(context, bucket, input),
    sizeBytes: record.sizeBytes,
    etag: hashes?.md5 ?? record.etag,
    ...((hashes?.checksum ?? record.checksum) && {
      checksum: hashes?.checksum ?? record.checksum!,
    }),
    // Before the version it may replace, its own source, is released.
    content: await shareContent(changing, context, record.content),
  });
  await announce(tx, context, bucket, "ObjectCreated:Copy", key, written);
  const Expiration = await expirationOf(tx, bucket, key, written);
  return {
    CopyObjectResult: {
      ETag: `"${written.etag}"`,
      LastModified: dateOf(written.modifiedMs),
      ...checksumOutput(written.checksum),
    },
    ServerSideEncryption: "AES256" as const,
    ...(source.bucket.versioning && { CopySourceVersionId: record.versionId }),
    ...(bucket.versioning && { VersionId: written.versionId }),
    ...(Expiration !== undefined && { Expiration }),
  };
}

/** A bucket that was told how to encrypt may do so anew. */
async function checkSelf(tx: Transaction, bucket: BucketRecord, input: CopyInput): Promise<void> {
  const changes =
    input.MetadataDirective === "REPLACE" ||
    input.TaggingDirective === "REPLACE" ||
    input.StorageClass !== undefined ||
    input.WebsiteRedirectLocation !== undefined ||
    input.ServerSideEncryption !== undefined ||
    input.ChecksumAlgorithm !== undefined;
  if (!changes && !(await getDocument(tx, bucket, "encryption"))) throw selfCopy();
}

/** The copy is one piece, whatever its source was: an object of parts gets the MD5 of the whole. */
async function hashSource(
  { ChecksumAlgorithm }: CopyInput,
  context: S3Context,
  find: (tx: Parameters<typeof findObject>[0]) => Promise<Found>,
) {
  const { record } = await context.store.transaction(find);
  if (isArchived(record)) throw invalidObjectState(record.storageClass!);
  if (record.sizeBytes > maxCopyBytes)
    throw invalidRequest(
      `The specified copy source is larger than the maximum allowable size for a copy source: ${maxCopyBytes}`,
    );
  const algorithm = ChecksumAlgorithm
    ? knownAlgorithm(ChecksumAlgorithm)
    : record.checksum?.algorithm;
  const known =
    record.partCount === undefined &&
    record.checksum?.type !== "COMPOSITE" &&
    (algorithm === undefined || algorithm === record.checksum?.algorithm);
  const { etag, sequence } = record;
  const hashes = known ? undefined : await hashContent(context, record, algorithm ?? "CRC64NVME");
  return { etag, sequence, hashes };
}

function copiedSettings(
  { MetadataDirective, TaggingDirective, StorageClass }: CopyInput,
  given: ObjectSettings,
  { record }: Found,
): ObjectSettings {
  const { tags, storageClass, redirect, ...described } = given;
  const { contentType, cacheControl, contentDisposition, contentEncoding, contentLanguage } =
    record;
  const copied: ObjectSettings = {
    ...(contentType !== undefined && { contentType }),
    ...(cacheControl !== undefined && { cacheControl }),
    ...(contentDisposition !== undefined && { contentDisposition }),
    ...(contentEncoding !== undefined && { contentEncoding }),
    ...(contentLanguage !== undefined && { contentLanguage }),
    ...(record.expires !== undefined && { expires: record.expires }),
    ...(record.metadata && { metadata: record.metadata }),
  };
  const kept = TaggingDirective === "REPLACE" ? tags : record.tags;
  return {
    ...(MetadataDirective === "REPLACE" ? described : copied),
    // The class and the redirection are never copied.
    ...(StorageClass !== undefined && storageClass !== undefined && { storageClass }),
    ...(redirect !== undefined && { redirect }),
    ...(kept && { tags: kept }),
  };
}
