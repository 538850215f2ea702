/** All versions of all keys, newest first within a key. */
import type { Transaction } from "#store/store.ts";
import { invalidArgument } from "../errors.ts";
import { everywhere, objects, olderVersions, type ObjectRecord } from "../records.ts";
import { listKeys } from "./listing.ts";
import { findVersion } from "./versions.ts";

export interface VersionsRequest {
  bucket: string;
  prefix: string;
  delimiter: string;
  keyMarker: string;
  /** Starts behind this version of the key marker. */
  versionMarker: string | undefined;
  limit: number;
}

export interface ListedVersion {
  key: string;
  record: ObjectRecord;
  isLatest: boolean;
}

export interface ListedVersions {
  versions: ListedVersion[];
  commonPrefixes: string[];
  next: { key: string; versionId: string | undefined } | undefined;
}

export async function listVersions(
  tx: Transaction,
  request: VersionsRequest,
): Promise<ListedVersions> {
  const { bucket, prefix, delimiter, keyMarker, versionMarker, limit } = request;
  const listed: ListedVersions = { versions: [], commonPrefixes: [], next: undefined };
  let left = limit;
  let last: ListedVersions["next"];
  const add = (version: ListedVersion): boolean => {
    if (left === 0) {
      listed.next = last;
      return false;
    }
    left--;
    listed.versions.push(version);
    last = { key: version.key, versionId: version.record.versionId };
    return true;
  };
  const addOlder = async (key: string, behind: number | undefined) => {
    const older = await olderVersions.list(tx, everywhere, [bucket, key], {
      limit: left + 1,
      ...(behind !== undefined && { after: olderVersions.key(everywhere, bucket, key, -behind) }),
    });
    return older.every((record) => add({ key, record, isLatest: false }));
  };

  if (versionMarker !== undefined && keyMarker.startsWith(prefix)) {
    const behind = await sequenceOf(tx, bucket, keyMarker, versionMarker);
    if (behind !== undefined && !(await addOlder(keyMarker, behind))) return listed;
  }
  let after = keyMarker;
  for (;;) {
    // One more than fits, so that the end is seen.
    const page = await listKeys(tx, { bucket, prefix, delimiter, after, limit: left + 1 });
    const rows = [
      ...page.items.map(({ key, record }) => ({ key, record })),
      ...page.commonPrefixes.map((key) => ({ key, record: undefined })),
    ].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
    for (const { key, record } of rows) {
      if (!record) {
        if (left === 0) {
          listed.next = last;
          return listed;
        }
        left--;
        listed.commonPrefixes.push(key);
        last = { key, versionId: undefined };
        continue;
      }
      if (!add({ key, record, isLatest: true })) return listed;
      if (record.hasOlder && !(await addOlder(key, undefined))) return listed;
    }
    if (page.next === undefined) return listed;
    after = page.next;
  }
}

async function sequenceOf(
  tx: Transaction,
  bucket: string,
  key: string,
  versionId: string,
): Promise<number | undefined> {
  if (versionId === "")
    throw invalidArgument("A version-id marker cannot be empty.", "version-id-marker", "");
  const found = await findVersion(tx, bucket, key, versionId);
  if (found) return found.sequence;
  // It has been deleted since; the key's other versions are not told again.
  return (await objects.get(tx, everywhere, bucket, key)) && undefined;
}
