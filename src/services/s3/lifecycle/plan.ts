/** What the rules make of a key's versions at a moment. Knows no store. */
import type { StoredLifecycle } from "../buckets/documents.ts";
import type { ObjectRecord, UploadRecord } from "../records.ts";
import { expiryOf, isEnabled, isFor, midnightAfter, prefixOf, type Rule } from "./rules.ts";

export type LifecycleAction =
  /** What DeleteObject without a version would do. */
  | { kind: "expire" }
  /** Removes a version, or a delete marker that hides nothing, for good. */
  | { kind: "remove"; version: ObjectRecord }
  | { kind: "move"; version: ObjectRecord; storageClass: string };

/** From warm to cold; rules only ever move objects on. */
const coldness: Readonly<Record<string, number>> = {
  STANDARD: 0,
  REDUCED_REDUNDANCY: 0,
  STANDARD_IA: 1,
  INTELLIGENT_TIERING: 2,
  ONEZONE_IA: 3,
  GLACIER_IR: 4,
  GLACIER: 5,
  DEEP_ARCHIVE: 6,
};

/** Smaller objects are not worth moving. https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html */
const minMovedBytes = 128 * 1024;

/** `older` from the newest to the oldest. */
export function planKey(
  lifecycle: StoredLifecycle,
  key: string,
  latest: ObjectRecord,
  older: readonly ObjectRecord[],
  nowMs: number,
): LifecycleAction[] {
  const rules = (lifecycle.Rules ?? []).filter(isEnabled);
  const actions: LifecycleAction[] = [];
  const removed = new Set<number>();
  for (const [index, version] of older.entries()) {
    if (!rules.some((rule) => isOutlived(rule, key, version, index, nowMs))) continue;
    actions.push({ kind: "remove", version });
    removed.add(version.sequence);
  }
  const left = older.length - removed.size;
  if (latest.deleteMarker) {
    if (left === 0 && rules.some((rule) => isForgotten(rule, key, latest, nowMs)))
      actions.push({ kind: "remove", version: latest });
  } else if (rules.some((rule) => isExpired(rule, key, latest, nowMs)))
    return [...actions, { kind: "expire" }];
  for (const version of [latest, ...older]) {
    if (version.deleteMarker || removed.has(version.sequence)) continue;
    const storageClass = coldest(lifecycle, rules, key, version, nowMs);
    if (storageClass !== undefined) actions.push({ kind: "move", version, storageClass });
  }
  return actions;
}

function isExpired(rule: Rule, key: string, latest: ObjectRecord, nowMs: number): boolean {
  const dueMs = expiryOf(rule, latest);
  return dueMs !== undefined && dueMs <= nowMs && isFor(rule, key, latest);
}

/** A delete marker under which nothing lies any more. */
function isForgotten(rule: Rule, key: string, marker: ObjectRecord, nowMs: number): boolean {
  if (!key.startsWith(prefixOf(rule))) return false;
  if (rule.Expiration?.ExpiredObjectDeleteMarker) return true;
  const dueMs = expiryOf(rule, marker);
  return dueMs !== undefined && dueMs <= nowMs;
}

function isOutlived(
  rule: Rule,
  key: string,
  version: ObjectRecord,
  index: number,
  nowMs: number,
): boolean {
  const { NoncurrentDays: days, NewerNoncurrentVersions: kept = 0 } =
    rule.NoncurrentVersionExpiration ?? {};
  if (days === undefined || index < kept || !isFor(rule, key, version)) return false;
  return midnightAfter(version.supersededMs!, days) <= nowMs;
}

function coldest(
  lifecycle: StoredLifecycle,
  rules: readonly Rule[],
  key: string,
  version: ObjectRecord,
  nowMs: number,
): string | undefined {
  let chosen: string | undefined;
  let from = coldness[version.storageClass ?? "STANDARD"] ?? 0;
  for (const rule of rules) {
    if (!isFor(rule, key, version)) continue;
    for (const storageClass of dueClasses(rule, version, nowMs)) {
      if ((coldness[storageClass] ?? 0) <= from) continue;
      if (isTooSmall(lifecycle, rule, version, storageClass)) continue;
      chosen = storageClass;
      from = coldness[storageClass]!;
    }
  }
  return chosen;
}

function dueClasses(rule: Rule, version: ObjectRecord, nowMs: number): string[] {
  const { supersededMs, modifiedMs } = version;
  if (supersededMs !== undefined)
    return (rule.NoncurrentVersionTransitions ?? []).flatMap(({ NoncurrentDays, StorageClass }) =>
      StorageClass && midnightAfter(supersededMs, NoncurrentDays ?? 0) <= nowMs ? StorageClass : [],
    );
  return (rule.Transitions ?? []).flatMap(({ Date: date, Days, StorageClass }) => {
    const dueMs = date ?? midnightAfter(modifiedMs, Days ?? 0);
    return StorageClass && dueMs <= nowMs ? StorageClass : [];
  });
}

function isTooSmall(
  { TransitionDefaultMinimumObjectSize: minimum }: StoredLifecycle,
  { Filter }: Rule,
  { sizeBytes }: ObjectRecord,
  storageClass: string,
): boolean {
  const sized =
    Filter?.ObjectSizeGreaterThan ??
    Filter?.ObjectSizeLessThan ??
    Filter?.And?.ObjectSizeGreaterThan ??
    Filter?.And?.ObjectSizeLessThan;
  if (sized !== undefined || sizeBytes >= minMovedBytes) return false;
  const archived = storageClass === "GLACIER" || storageClass === "DEEP_ARCHIVE";
  return !(archived && minimum === "varies_by_storage_class");
}

/** True for an upload that was begun too long ago. */
export function isStale(lifecycle: StoredLifecycle, upload: UploadRecord, nowMs: number): boolean {
  return (lifecycle.Rules ?? []).some((rule) => {
    const days = rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation;
    if (days === undefined || !isEnabled(rule) || !upload.key.startsWith(prefixOf(rule)))
      return false;
    return midnightAfter(upload.initiatedMs, days) <= nowMs;
  });
}
