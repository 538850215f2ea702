/** What S3 keeps. Bucket names are unique in the whole cloud, so all records lie in one scope. */
import type { Tags } from "#services/kit/tags.ts";
import { collection, type Scope } from "#store/collection.ts";
import type { ChecksumRecord, ChecksumAlgorithm, ChecksumType } from "./checksums/checksum.ts";

/** The scope of every record of S3: its namespace knows neither account nor region. */
export const everywhere: Scope = { account: "000000000000", region: "global" };

export interface BucketRecord {
  name: string;
  /** The owner. */
  account: string;
  region: string;
  createdMs: number;
  /** Undefined for a bucket that never had versioning. */
  versioning?: "Enabled" | "Suspended";
  tags?: Tags;
  ownership?: ObjectOwnership;
  grants?: Grant[];
  /** Which documents the bucket has, so that a request need not look for each. */
  documents?: Partial<Record<DocumentKind, true>>;
}

export type ObjectOwnership = "BucketOwnerEnforced" | "BucketOwnerPreferred" | "ObjectWriter";

/** What a bucket is configured with besides its record, each in AWS's own shape. */
export type DocumentKind =
  | "cors"
  | "encryption"
  | "lifecycle"
  | "notification"
  | "policy"
  | "publicAccessBlock"
  | "website";

export interface Grant {
  permission: "FULL_CONTROL" | "READ" | "READ_ACP" | "WRITE" | "WRITE_ACP";
  /** A canonical user id or a group's URI. */
  grantee: { id: string } | { uri: string };
}

/** The bytes themselves, or the id of a content record. */
export type Content = Uint8Array | string;

export interface ContentRecord {
  /** The bytes of a body that is small enough for the store. */
  bytes?: Uint8Array;
  segments?: Segment[];
  /** The parts of an object that was uploaded in parts, in order. */
  parts?: PartSummary[];
}

/** A stretch of a blob file, or bytes. */
export type Segment = { blob: string; start: number; sizeBytes: number } | { bytes: Uint8Array };

export interface PartSummary {
  number: number;
  sizeBytes: number;
  checksum?: string;
}

/** What PutObject and CreateMultipartUpload are told about an object besides its bytes. */
export interface ObjectSettings {
  contentType?: string;
  cacheControl?: string;
  contentDisposition?: string;
  contentEncoding?: string;
  contentLanguage?: string;
  expires?: string;
  redirect?: string;
  metadata?: Record<string, string>;
  storageClass?: string;
  tags?: Tags;
  grants?: Grant[];
}

/** One version of an object; the latest lies under the key itself, older ones are set aside. */
export interface ObjectRecord extends ObjectSettings {
  /** "null" for a version that was written without versioning. */
  versionId: string;
  /** Counts the versions of a key; the latest has the highest. */
  sequence: number;
  modifiedMs: number;
  /** When it stopped being the latest. */
  supersededMs?: number;
  deleteMarker?: true;
  /** The account that wrote it. */
  owner: string;
  sizeBytes: number;
  /** Without quotes. */
  etag: string;
  content: Content;
  checksum?: ChecksumRecord;
  partCount?: number;
  /** The upload that it was made of, when it came in parts. */
  uploadId?: string;
  /** True when older versions of the key are set aside. */
  hasOlder?: true;
}

export interface UploadRecord extends ObjectSettings {
  bucket: string;
  key: string;
  uploadId: string;
  initiatedMs: number;
  owner: string;
  initiatorArn: string;
  checksumAlgorithm: ChecksumAlgorithm;
  checksumType: ChecksumType;
  /** False when the client did not ask for the checksum: then none is reported for its parts. */
  checksumAsked: boolean;
}

export interface PartRecord {
  number: number;
  sizeBytes: number;
  etag: string;
  modifiedMs: number;
  checksum: string;
  segments: Segment[];
}

/** Who names a blob file, and how often; a file without such a record is an orphan. */
export interface BlobRecord {
  references: number;
}

export interface EventRecord {
  bucket: string;
  /** Where it goes. */
  target: { kind: "queue" | "topic" | "function" | "bus"; arn: string };
  body: string;
  createdMs: number;
}

/** [name] */
export const buckets = collection<BucketRecord>("s3", "bucket");
/** [bucket, kind] */
export const documents = collection<unknown>("s3", "document");
/** [bucket, key] */
export const objects = collection<ObjectRecord>("s3", "object");
/** [bucket, key, -sequence]: newest first */
export const olderVersions = collection<ObjectRecord>("s3", "version");
/** [id] */
export const contents = collection<ContentRecord>("s3", "content");
/** [bucket, key, uploadId] */
export const uploads = collection<UploadRecord>("s3", "upload");
/** [uploadId, number] */
export const uploadParts = collection<PartRecord>("s3", "part");
/** [blob id] */
export const blobs = collection<BlobRecord>("s3", "blob");
/** [id]: events on their way to a queue or topic */
export const events = collection<EventRecord>("s3", "event");
