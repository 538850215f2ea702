/**
 * Conditional requests. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
 * Where several conditions are given, an ETag's outranks a date's, as in RFC 9110.
 */
import {
  invalidArgument,
  noSuchKey,
  notImplementedHere,
  notModified,
  preconditionFailed,
} from "../errors.ts";
import type { ObjectRecord } from "../records.ts";

export interface ReadConditions {
  IfMatch?: string | undefined;
  IfNoneMatch?: string | undefined;
  IfModifiedSince?: Date | undefined;
  IfUnmodifiedSince?: Date | undefined;
}

/** Throws 412 or 304. */
export function checkReadConditions(
  conditions: ReadConditions,
  record: ObjectRecord,
  headers: () => Record<string, string>,
): void {
  const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions;
  const modifiedMs = wholeSeconds(record.modifiedMs);
  if (IfMatch !== undefined) {
    if (!matchesEtag(IfMatch, record.etag)) throw preconditionFailed("If-Match");
  } else if (IfUnmodifiedSince && modifiedMs > IfUnmodifiedSince.getTime())
    throw preconditionFailed("If-Unmodified-Since");
  if (IfNoneMatch !== undefined) {
    if (matchesEtag(IfNoneMatch, record.etag)) throw notModified(headers());
  } else if (IfModifiedSince && modifiedMs <= IfModifiedSince.getTime())
    throw notModified(headers());
}

export interface CopyConditions {
  CopySourceIfMatch?: string | undefined;
  CopySourceIfNoneMatch?: string | undefined;
  CopySourceIfModifiedSince?: Date | undefined;
  CopySourceIfUnmodifiedSince?: Date | undefined;
}

/** As for reads, but a copy fails with 412 throughout. */
export function checkCopyConditions(conditions: CopyConditions, source: ObjectRecord): void {
  const modifiedMs = wholeSeconds(source.modifiedMs);
  const match = conditions.CopySourceIfMatch;
  const noneMatch = conditions.CopySourceIfNoneMatch;
  if (match !== undefined) {
    if (!matchesEtag(match, source.etag)) throw preconditionFailed("x-amz-copy-source-If-Match");
  } else {
    const since = conditions.CopySourceIfUnmodifiedSince;
    if (since && modifiedMs > since.getTime())
      throw preconditionFailed("x-amz-copy-source-If-Unmodified-Since");
  }
  if (noneMatch !== undefined) {
    if (matchesEtag(noneMatch, source.etag))
      throw preconditionFailed("x-amz-copy-source-If-None-Match");
  } else {
    const since = conditions.CopySourceIfModifiedSince;
    if (since && modifiedMs <= since.getTime())
      throw preconditionFailed("x-amz-copy-source-If-Modified-Since");
  }
}

export interface WriteConditions {
  IfMatch?: string | undefined;
  IfNoneMatch?: string | undefined;
}

/** Conditional writes compare with the latest version; a delete marker counts as nothing. */
export function checkWriteConditions(
  { IfMatch, IfNoneMatch }: WriteConditions,
  latest: ObjectRecord | undefined,
  key: string,
): void {
  const present = latest && !latest.deleteMarker ? latest : undefined;
  if (IfNoneMatch !== undefined) {
    if (IfNoneMatch !== "*") throw notImplementedHere(`If-None-Match with a value other than "*"`);
    if (IfMatch !== undefined)
      throw invalidArgument(
        "If-Match and If-None-Match cannot be used together",
        "If-Match",
        IfMatch,
      );
    if (present) throw preconditionFailed("If-None-Match");
  }
  if (IfMatch === undefined) return;
  if (!present) throw noSuchKey(key);
  if (!matchesEtag(IfMatch, present.etag)) throw preconditionFailed("If-Match");
}

/** ETags come with quotes and without, alone and in lists. */
function matchesEtag(given: string, etag: string): boolean {
  return given.split(",").some((item) => {
    const bare = item.trim().replace(/^W\//, "").replaceAll('"', "");
    return bare === "*" || bare === etag;
  });
}

/** HTTP's dates have no fractions. */
function wholeSeconds(timeMs: number): number {
  return Math.floor(timeMs / 1000) * 1000;
}

/** A delete on condition of an ETag. https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html */
export function checkDeleteConditions(
  ifMatch: string,
  found: ObjectRecord | undefined,
  key: string,
): void {
  if (!found || found.deleteMarker) throw noSuchKey(key);
  if (!matchesEtag(ifMatch, found.etag)) throw preconditionFailed("If-Match");
}
