/** An object as lists tell it. */
import type { ChecksumAlgorithm, ObjectStorageClass } from "@aws-sdk/client-s3";
import { dateOf } from "#runtime/date.ts";
import { invalidArgument } from "../errors.ts";
import { maxListed } from "../limits.ts";
import type { ObjectRecord } from "../records.ts";
import { defaultStorageClass } from "./settings.ts";

export function describeListed(key: string, record: ObjectRecord) {
  return {
    Key: key,
    LastModified: dateOf(record.modifiedMs),
    ETag: `"${record.etag}"`,
    ...(record.checksum && {
      ChecksumAlgorithm: [record.checksum.algorithm as ChecksumAlgorithm],
      ChecksumType: record.checksum.type,
    }),
    Size: record.sizeBytes,
    StorageClass: (record.storageClass ?? defaultStorageClass) as ObjectStorageClass,
  };
}

/** At most a thousand, whatever was asked for. */
export function listLimit(asked: number | undefined, name = "max-keys"): number {
  if (asked === undefined) return maxListed;
  if (!Number.isInteger(asked) || asked < 0 || asked > 2 ** 31 - 1)
    throw invalidArgument(
      `Argument ${name} must be an integer between 0 and 2147483647`,
      name,
      asked,
    );
  return Math.min(asked, maxListed);
}
