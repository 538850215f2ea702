/** Finds the version that a request wants to read. */
import { dateOf } from "#runtime/date.ts";
import type { Transaction } from "#store/store.ts";
import { findBucket, type BucketInput } from "../buckets/find-bucket.ts";
import { deletedKey, deleteMarkerNotReadable, noSuchKey, noSuchVersion } from "../errors.ts";
import type { BucketRecord, ObjectRecord } from "../records.ts";
import type { S3Context } from "../state.ts";
import { findVersion } from "./versions.ts";

export interface ObjectInput extends BucketInput {
  Key: string | undefined;
  VersionId?: string | undefined;
}

export interface Found {
  bucket: BucketRecord;
  key: string;
  record: ObjectRecord;
}

/**
 * The version named, or the latest. Throws NoSuchKey, NoSuchVersion, and MethodNotAllowed when a
 * delete marker is named. `action` is what IAM asks without a version; with one it asks for more.
 */
export async function findObject(
  tx: Transaction,
  context: S3Context,
  input: ObjectInput,
  action:
    | "GetObject"
    | "GetObjectTagging"
    | "PutObjectTagging"
    | "DeleteObjectTagging"
    | "GetObjectAcl"
    | "PutObjectAcl"
    | "GetObjectAttributes",
  method: string,
): Promise<Found> {
  const { Key: key = "", VersionId: versionId } = input;
  const bucket = await findBucket(
    tx,
    context,
    input,
    versionId === undefined ? action : versioned[action],
    key,
  );
  const record = await findVersion(tx, bucket.name, key, versionId);
  if (!record) throw versionId === undefined ? noSuchKey(key) : noSuchVersion(key, versionId);
  if (record.deleteMarker) {
    if (versionId === undefined) throw deletedKey(key, record.versionId);
    const lastModified = dateOf(record.modifiedMs).toUTCString();
    throw deleteMarkerNotReadable(method, record.versionId, lastModified);
  }
  return { bucket, key, record };
}

const versioned = {
  GetObject: "GetObjectVersion",
  GetObjectTagging: "GetObjectVersionTagging",
  PutObjectTagging: "PutObjectVersionTagging",
  DeleteObjectTagging: "DeleteObjectVersionTagging",
  GetObjectAcl: "GetObjectVersionAcl",
  PutObjectAcl: "PutObjectVersionAcl",
  GetObjectAttributes: "GetObjectVersionAttributes",
} as const;
