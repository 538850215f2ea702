import type { StorageClass } from "@aws-sdk/client-s3";
import { dateOf } from "#runtime/date.ts";
import type { Operation } from "#services/kit/service.ts";
import { checksumMember, checksumOutput } from "../checksums/checksum.ts";
import { getContent } from "../objects/content.ts";
import { findObject } from "../objects/find-object.ts";
import { defaultStorageClass, refuseCustomerKeys } from "../objects/settings.ts";
import type { ObjectRecord, PartSummary } from "../records.ts";
import type { S3State } from "../state.ts";

const defaultMaxParts = 1000;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html */
export const getObjectAttributes: Operation<"s3", "GetObjectAttributes", S3State> = (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    refuseCustomerKeys(input);
    const { bucket, record } = await findObject(tx, context, input, "GetObjectAttributes", "GET");
    const wanted = new Set<string>(input.ObjectAttributes);
    const { parts = [] } =
      record.partCount !== undefined && typeof record.content === "string"
        ? await getContent(tx, record.content)
        : {};
    return {
      LastModified: dateOf(record.modifiedMs),
      ...(bucket.versioning && { VersionId: record.versionId }),
      ...(wanted.has("ETag") && { ETag: record.etag }),
      ...(wanted.has("Checksum") &&
        record.checksum && { Checksum: checksumOutput(record.checksum) }),
      ...(wanted.has("ObjectParts") &&
        parts.length > 0 && {
          ObjectParts: describeParts(record, parts, input.PartNumberMarker, input.MaxParts),
        }),
      ...(wanted.has("StorageClass") && {
        StorageClass: (record.storageClass ?? defaultStorageClass) as StorageClass,
      }),
      ...(wanted.has("ObjectSize") && { ObjectSize: record.sizeBytes }),
    };
  });

function describeParts(
  { checksum }: ObjectRecord,
  parts: readonly PartSummary[],
  markerText: string | undefined,
  maxParts = defaultMaxParts,
) {
  const marker = Number(markerText ?? 0);
  const behind = parts.filter(({ number }) => number > marker);
  const page = behind.slice(0, Math.min(maxParts, defaultMaxParts));
  // Parts are listed only where each has a checksum of its own.
  const listed = checksum?.type === "COMPOSITE";
  return {
    TotalPartsCount: parts.length,
    PartNumberMarker: String(marker),
    NextPartNumberMarker: String(page.at(-1)?.number ?? 0),
    MaxParts: Math.min(maxParts, defaultMaxParts),
    IsTruncated: behind.length > page.length,
    ...(listed && {
      Parts: page.map(({ number, sizeBytes, checksum: value }) => ({
        PartNumber: number,
        Size: sizeBytes,
        ...(value !== undefined && { [checksumMember(checksum.algorithm)]: value }),
      })),
    }),
  };
}
