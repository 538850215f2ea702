/** What clients say of an object besides its bytes: read from inputs, told in outputs. */
import { dateOf } from "#runtime/date.ts";
import { checksumOutput } from "../checksums/checksum.ts";
import {
  invalidArgument,
  invalidRequest,
  invalidStorageClass,
  keyTooLong,
  metadataTooLarge,
  notImplementedHere,
} from "../errors.ts";
import { maxKeyBytes, maxMetadataBytes } from "../limits.ts";
import type { BucketRecord, ObjectRecord, ObjectSettings } from "../records.ts";
import { parseTagging } from "../tagging.ts";

export interface SettingsInput {
  CacheControl?: string | undefined;
  ContentDisposition?: string | undefined;
  ContentEncoding?: string | undefined;
  ContentLanguage?: string | undefined;
  ContentType?: string | undefined;
  Expires?: Date | undefined;
  Metadata?: Record<string, string> | undefined;
  StorageClass?: string | undefined;
  Tagging?: string | undefined;
  WebsiteRedirectLocation?: string | undefined;
}

export interface RefusedInput {
  BucketKeyEnabled?: boolean | undefined;
  ObjectLockLegalHoldStatus?: string | undefined;
  ObjectLockMode?: string | undefined;
  ObjectLockRetainUntilDate?: Date | undefined;
  SSECustomerAlgorithm?: string | undefined;
  SSECustomerKey?: string | undefined;
  SSECustomerKeyMD5?: string | undefined;
  SSEKMSEncryptionContext?: string | undefined;
  SSEKMSKeyId?: string | undefined;
  ServerSideEncryption?: string | undefined;
  WriteOffsetBytes?: number | undefined;
}

const defaultContentType = "binary/octet-stream";
export const defaultStorageClass = "STANDARD";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html */
const storageClasses = new Set([
  "STANDARD",
  "REDUCED_REDUNDANCY",
  "STANDARD_IA",
  "ONEZONE_IA",
  "INTELLIGENT_TIERING",
  "GLACIER",
  "GLACIER_IR",
  "DEEP_ARCHIVE",
]);

/** Classes whose objects must be restored before they can be read. */
export function isArchived({ storageClass }: ObjectRecord): boolean {
  return storageClass === "GLACIER" || storageClass === "DEEP_ARCHIVE";
}

export function checkStorageClass(storageClass: string): void {
  if (!storageClasses.has(storageClass)) throw invalidStorageClass(storageClass);
}

export function checkKey(key: string): void {
  if (key.length <= maxKeyBytes / 4) return;
  const size = Buffer.byteLength(key);
  if (size > maxKeyBytes) throw keyTooLong(size, maxKeyBytes);
}

/** Refuses what would change behaviour and is not there, instead of ignoring it. */
export function refuseUnsupported(input: RefusedInput): void {
  const { ServerSideEncryption: encryption } = input;
  if (encryption !== undefined && encryption !== "AES256") {
    if (!/^aws:(kms(:dsse)?|fsx|backup)$/.test(encryption))
      throw invalidArgument(
        "The encryption method specified is not supported",
        "x-amz-server-side-encryption",
        encryption,
      );
    throw notImplementedHere(`encryption with ${encryption}`);
  }
  if (input.SSEKMSKeyId !== undefined || input.SSEKMSEncryptionContext !== undefined)
    throw invalidArgument(
      "Server Side Encryption with AWS KMS managed key requires HTTP header x-amz-server-side-encryption : aws:kms",
      "x-amz-server-side-encryption",
      encryption,
    );
  refuseCustomerKeys(input);
  if (
    input.ObjectLockMode !== undefined ||
    input.ObjectLockRetainUntilDate !== undefined ||
    input.ObjectLockLegalHoldStatus !== undefined
  )
    throw invalidRequest("Bucket is missing Object Lock Configuration");
  if (input.WriteOffsetBytes !== undefined) throw notImplementedHere("appending to objects");
}

export function refuseCustomerKeys(input: RefusedInput): void {
  if (
    input.SSECustomerAlgorithm !== undefined ||
    input.SSECustomerKey !== undefined ||
    input.SSECustomerKeyMD5 !== undefined
  )
    throw notImplementedHere("encryption with customer-provided keys");
}

export function readSettings(input: SettingsInput): ObjectSettings {
  const settings: ObjectSettings = {};
  if (input.ContentType) settings.contentType = input.ContentType;
  if (input.CacheControl) settings.cacheControl = input.CacheControl;
  if (input.ContentDisposition) settings.contentDisposition = input.ContentDisposition;
  const encoding = input.ContentEncoding && withoutChunking(input.ContentEncoding);
  if (encoding) settings.contentEncoding = encoding;
  if (input.ContentLanguage) settings.contentLanguage = input.ContentLanguage;
  if (input.Expires) settings.expires = input.Expires.toUTCString();
  if (input.WebsiteRedirectLocation) {
    if (!/^(\/|https?:\/\/)/.test(input.WebsiteRedirectLocation))
      throw invalidArgument(
        "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.",
        "x-amz-website-redirect-location",
        input.WebsiteRedirectLocation,
      );
    settings.redirect = input.WebsiteRedirectLocation;
  }
  const { StorageClass } = input;
  if (StorageClass !== undefined) {
    checkStorageClass(StorageClass);
    if (StorageClass !== defaultStorageClass) settings.storageClass = StorageClass;
  }
  if (input.Metadata) readMetadata(input.Metadata, settings);
  if (input.Tagging) settings.tags = parseTagging(input.Tagging);
  return settings;
}

/** How the body was framed for signing is no property of the object. */
function withoutChunking(encoding: string): string {
  return encoding
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "" && part.toLowerCase() !== "aws-chunked")
    .join(",");
}

function readMetadata(given: Record<string, string>, settings: ObjectSettings): void {
  const metadata: Record<string, string> = {};
  let size = 0;
  let any = false;
  for (const name in given) {
    const value = given[name]!;
    any = true;
    size += name.length + Buffer.byteLength(value);
    metadata[name.toLowerCase()] = value;
  }
  if (size > maxMetadataBytes) throw metadataTooLarge(size, maxMetadataBytes);
  if (any) settings.metadata = metadata;
}

/** What GetObject and HeadObject tell of a version, bytes and length aside. */
export function describeVersion(
  bucket: BucketRecord,
  record: ObjectRecord,
  { checksums }: { checksums: boolean },
) {
  const tagCount = record.tags ? Object.keys(record.tags).length : 0;
  return {
    AcceptRanges: "bytes",
    LastModified: dateOf(record.modifiedMs),
    ETag: `"${record.etag}"`,
    ContentType: record.contentType ?? defaultContentType,
    CacheControl: record.cacheControl,
    ContentDisposition: record.contentDisposition,
    ContentEncoding: record.contentEncoding,
    ContentLanguage: record.contentLanguage,
    ExpiresString: record.expires,
    WebsiteRedirectLocation: record.redirect,
    Metadata: record.metadata ?? {},
    ServerSideEncryption: "AES256" as const,
    ...(bucket.versioning && { VersionId: record.versionId }),
    // AWS tells the class of all but standard objects.
    ...(record.storageClass && { StorageClass: record.storageClass as "GLACIER" }),
    ...(tagCount > 0 && { TagCount: tagCount }),
    ...(checksums && checksumOutput(record.checksum)),
  };
}
