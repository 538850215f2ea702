import type { StorageClass } from "@aws-sdk/client-s3";
import { dateOf } from "#runtime/date.ts";
import type { Operation } from "#services/kit/service.ts";
import { canonicalId } from "../access/acl.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { listLimit } from "../objects/listed-object.ts";
import { defaultStorageClass } from "../objects/settings.ts";
import { createKeyEncoder } from "../objects/url-encoding.ts";
import { everywhere, uploads, type UploadRecord } from "../records.ts";
import type { S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html */
export const listMultipartUploads: Operation<"s3", "ListMultipartUploads", S3State> = async (
  input,
  context,
) => {
  const { Prefix: prefix = "", Delimiter: delimiter = "", KeyMarker: keyMarker = "" } = input;
  const limit = listLimit(input.MaxUploads, "max-uploads");
  const encode = createKeyEncoder(input.EncodingType);
  const { bucket, all } = await context.store.transaction(async (tx) => {
    const found = await findBucket(tx, context, input, "ListBucketMultipartUploads");
    return { bucket: found, all: await uploads.list(tx, everywhere, [found.name]) };
  });
  const rows = fold(
    behindMarkers(all.sort(byKeyAndTime), keyMarker, input.UploadIdMarker),
    prefix,
    delimiter,
  ).filter(({ common }) => common === undefined || common > keyMarker);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const truncated = rows.length > page.length && last !== undefined;
  const listed = page.flatMap(({ upload }) => upload ?? []);
  const commons = page.flatMap((row) => (row.upload ? [] : row.common));
  return {
    Bucket: bucket.name,
    KeyMarker: encode(keyMarker),
    UploadIdMarker: input.UploadIdMarker ?? "",
    NextKeyMarker: truncated ? encode(last.upload?.key ?? last.common ?? "") : "",
    NextUploadIdMarker: (truncated && last.upload?.uploadId) || "",
    MaxUploads: limit,
    IsTruncated: truncated,
    EncodingType: input.EncodingType,
    ...(prefix !== "" && { Prefix: encode(prefix) }),
    ...(delimiter !== "" && { Delimiter: encode(delimiter) }),
    ...(listed.length > 0 && {
      Uploads: listed.map((upload) => ({
        Key: encode(upload.key),
        UploadId: upload.uploadId,
        Initiated: dateOf(upload.initiatedMs),
        StorageClass: (upload.storageClass ?? defaultStorageClass) as StorageClass,
        Owner: { ID: canonicalId(upload.owner) },
        Initiator: { ID: upload.initiatorArn, DisplayName: upload.initiatorArn },
        ...(upload.checksumAsked && {
          ChecksumAlgorithm: upload.checksumAlgorithm,
          ChecksumType: upload.checksumType,
        }),
      })),
    }),
    ...(commons.length > 0 && {
      CommonPrefixes: commons.map((Prefix) => ({ Prefix: encode(Prefix) })),
    }),
  };
};

function byKeyAndTime(a: UploadRecord, b: UploadRecord): number {
  return (
    Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) ||
    a.initiatedMs - b.initiatedMs ||
    (a.uploadId < b.uploadId ? -1 : 1)
  );
}

/** A key marker alone passes over the key's uploads; with an upload's id, those up to that one. */
function behindMarkers(
  sorted: readonly UploadRecord[],
  keyMarker: string,
  uploadIdMarker: string | undefined,
): readonly UploadRecord[] {
  if (keyMarker === "") return sorted;
  const marker = Buffer.from(keyMarker);
  const at = sorted.findIndex(
    ({ key, uploadId }) => key === keyMarker && uploadId === uploadIdMarker,
  );
  if (at >= 0) return sorted.slice(at + 1);
  return sorted.filter(({ key }) => Buffer.compare(Buffer.from(key), marker) > 0);
}

type Row = { upload: UploadRecord; common?: undefined } | { upload?: undefined; common: string };

function fold(sorted: readonly UploadRecord[], prefix: string, delimiter: string): Row[] {
  const rows: Row[] = [];
  for (const upload of sorted) {
    if (!upload.key.startsWith(prefix)) continue;
    const at = delimiter === "" ? -1 : upload.key.indexOf(delimiter, prefix.length);
    if (at < 0) rows.push({ upload });
    else {
      const common = upload.key.slice(0, at + delimiter.length);
      if (rows.at(-1)?.common !== common) rows.push({ common });
    }
  }
  return rows;
}
