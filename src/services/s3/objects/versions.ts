/** Versions of objects. https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html */
import type { Random } from "#runtime/random.ts";
import type { Transaction } from "#store/store.ts";
import { invalidArgument } from "../errors.ts";
import {
  everywhere,
  objects,
  olderVersions,
  type BucketRecord,
  type ObjectRecord,
} from "../records.ts";
import type { Change, S3Environment } from "../state.ts";
import { releaseContent } from "./content.ts";

const nullVersion = "null";

/** A version before it has its place among the others. */
export type Draft = Omit<ObjectRecord, "versionId" | "sequence" | "modifiedMs" | "hasOlder">;

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const sequenceDigits = 7;

/** Begins with the sequence number, so that the version is found without a search. */
function createVersionId(sequence: number, random: Random): string {
  return sequence.toString(36).padStart(sequenceDigits, "0") + random.string(25, alphabet);
}

function sequenceOf(versionId: string): number {
  if (!/^[0-9a-z]{7}[0-9A-Za-z]{25}$/.test(versionId))
    throw invalidArgument("Invalid version id specified", "versionId", versionId);
  return Number.parseInt(versionId.slice(0, sequenceDigits), 36);
}

/** The latest version of a key, a delete marker included, when no version is named. */
export async function findVersion(
  tx: Transaction,
  bucket: string,
  key: string,
  versionId: string | undefined,
): Promise<ObjectRecord | undefined> {
  const latest = await objects.get(tx, everywhere, bucket, key);
  if (versionId === undefined || latest?.versionId === versionId) return latest;
  if (versionId === nullVersion) return latest?.hasOlder && findNullVersion(tx, bucket, key);
  const found = await olderVersions.get(tx, everywhere, bucket, key, -sequenceOf(versionId));
  return found?.versionId === versionId ? found : undefined;
}

async function findNullVersion(tx: Transaction, bucket: string, key: string) {
  const older = await olderVersions.list(tx, everywhere, [bucket, key]);
  return older.find((version) => version.versionId === nullVersion);
}

/** Makes a draft the latest version of its key, and sets the one before aside or replaces it. */
export async function writeVersion(
  change: Change,
  { random, clock }: Pick<S3Environment, "random" | "clock">,
  bucket: BucketRecord,
  key: string,
  draft: Draft,
): Promise<ObjectRecord> {
  const { tx } = change;
  const before = await objects.get(tx, everywhere, bucket.name, key);
  const sequence = (before?.sequence ?? 0) + 1;
  const record: ObjectRecord = {
    ...draft,
    versionId: bucket.versioning === "Enabled" ? createVersionId(sequence, random) : nullVersion,
    sequence,
    modifiedMs: clock.now(),
  };
  if (before) {
    let hasOlder = before.hasOlder ?? false;
    if (record.versionId === nullVersion && before.versionId === nullVersion)
      await releaseContent(change, before.content);
    else {
      if (record.versionId === nullVersion && hasOlder) {
        const replaced = await findNullVersion(tx, bucket.name, key);
        if (replaced) await dropOlder(change, bucket.name, key, replaced);
      }
      setAside(tx, bucket.name, key, before, record.modifiedMs);
      hasOlder = true;
    }
    if (hasOlder) record.hasOlder = true;
  }
  objects.put(tx, everywhere, [bucket.name, key], record);
  return record;
}

function setAside(
  tx: Transaction,
  bucket: string,
  key: string,
  record: ObjectRecord,
  nowMs: number,
) {
  const { hasOlder: _, ...version } = record;
  olderVersions.put(tx, everywhere, [bucket, key, -record.sequence], {
    ...version,
    supersededMs: nowMs,
  });
}

async function dropOlder(change: Change, bucket: string, key: string, version: ObjectRecord) {
  olderVersions.delete(change.tx, everywhere, bucket, key, -version.sequence);
  await releaseContent(change, version.content);
}

/** Overwrites a version where it lies: its tags, its ACL, its storage class. */
export function replaceVersion(
  tx: Transaction,
  bucket: string,
  key: string,
  record: ObjectRecord,
): void {
  if (record.supersededMs === undefined) objects.put(tx, everywhere, [bucket, key], record);
  else olderVersions.put(tx, everywhere, [bucket, key, -record.sequence], record);
}

/** Deletes one version for good; the one before the latest takes its place. */
export async function removeVersion(
  change: Change,
  bucket: string,
  key: string,
  version: ObjectRecord,
): Promise<void> {
  const { tx } = change;
  if (version.supersededMs !== undefined) return dropOlder(change, bucket, key, version);
  await releaseContent(change, version.content);
  const [next, another] = version.hasOlder
    ? await olderVersions.list(tx, everywhere, [bucket, key], { limit: 2 })
    : [];
  if (!next) return objects.delete(tx, everywhere, bucket, key);
  olderVersions.delete(tx, everywhere, bucket, key, -next.sequence);
  const { supersededMs: _, ...latest } = next;
  objects.put(tx, everywhere, [bucket, key], {
    ...latest,
    ...(another && { hasOlder: true }),
  });
}

export interface Deletion {
  /** Present in buckets that have or had versioning. */
  versionId?: string;
  deleteMarker?: boolean;
  /** What was there; undefined when nothing was deleted. */
  removed?: ObjectRecord;
}

/** What DeleteObject does: removes the version named, or hides the key behind a delete marker. */
export async function deleteVersion(
  change: Change,
  env: Pick<S3Environment, "random" | "clock">,
  bucket: BucketRecord,
  key: string,
  versionId: string | undefined,
  owner: string,
): Promise<Deletion> {
  if (versionId === undefined && bucket.versioning) {
    const marker = await writeVersion(change, env, bucket, key, {
      deleteMarker: true,
      owner,
      sizeBytes: 0,
      etag: "",
      content: new Uint8Array(),
    });
    return { versionId: marker.versionId, deleteMarker: true, removed: marker };
  }
  const found = await findVersion(change.tx, bucket.name, key, versionId);
  if (found) await removeVersion(change, bucket.name, key, found);
  return {
    ...(versionId !== undefined && { versionId }),
    ...(found?.deleteMarker && { deleteMarker: true }),
    ...(found && { removed: found }),
  };
}
