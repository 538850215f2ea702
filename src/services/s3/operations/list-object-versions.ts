import type { ObjectVersionStorageClass } from "@aws-sdk/client-s3";
import { dateOf } from "#runtime/date.ts";
import type { Operation } from "#services/kit/service.ts";
import { canonicalId } from "../access/acl.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { invalidArgument } from "../errors.ts";
import { listVersions, type ListedVersion } from "../objects/list-versions.ts";
import { describeListed, listLimit } from "../objects/listed-object.ts";
import { createKeyEncoder } from "../objects/url-encoding.ts";
import type { S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
export const listObjectVersions: Operation<"s3", "ListObjectVersions", S3State> = async (
  input,
  context,
) => {
  const { Prefix: prefix = "", Delimiter: delimiter = "", KeyMarker: keyMarker = "" } = input;
  const versionMarker = input.VersionIdMarker || undefined;
  if (versionMarker !== undefined && keyMarker === "")
    throw invalidArgument(
      "A version-id marker cannot be specified without a key marker.",
      "version-id-marker",
      versionMarker,
    );
  const limit = listLimit(input.MaxKeys);
  const encode = createKeyEncoder(input.EncodingType);
  const { page, name } = await context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "ListBucketVersions");
    const request = { bucket: bucket.name, prefix, delimiter, keyMarker, versionMarker, limit };
    return { name: bucket.name, page: limit === 0 ? undefined : await listVersions(tx, request) };
  });
  const { versions = [], commonPrefixes = [], next } = page ?? {};
  const describe = ({ key, record, isLatest }: ListedVersion) => ({
    Key: encode(key),
    VersionId: record.versionId,
    IsLatest: isLatest,
    LastModified: dateOf(record.modifiedMs),
    Owner: { ID: canonicalId(record.owner) },
  });
  const kept = versions.filter(({ record }) => !record.deleteMarker);
  const markers = versions.filter(({ record }) => record.deleteMarker);
  return {
    Name: name,
    Prefix: encode(prefix),
    KeyMarker: encode(keyMarker),
    VersionIdMarker: input.VersionIdMarker ?? "",
    MaxKeys: limit,
    IsTruncated: next !== undefined,
    EncodingType: input.EncodingType,
    ...(delimiter !== "" && { Delimiter: encode(delimiter) }),
    ...(next && { NextKeyMarker: encode(next.key), NextVersionIdMarker: next.versionId }),
    ...(kept.length > 0 && {
      Versions: kept.map((version) => ({
        ...describeListed("", version.record),
        ...describe(version),
        StorageClass: (version.record.storageClass ?? "STANDARD") as ObjectVersionStorageClass,
      })),
    }),
    ...(markers.length > 0 && { DeleteMarkers: markers.map(describe) }),
    ...(commonPrefixes.length > 0 && {
      CommonPrefixes: commonPrefixes.map((Prefix) => ({ Prefix: encode(Prefix) })),
    }),
  };
};
