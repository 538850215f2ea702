import type { Operation } from "#services/kit/service.ts";
import { canonicalId } from "../access/acl.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { describeListed, listLimit } from "../objects/listed-object.ts";
import { listObjects as listPage } from "../objects/listing.ts";
import { createKeyEncoder } from "../objects/url-encoding.ts";
import type { S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html */
export const listObjects: Operation<"s3", "ListObjects", S3State> = async (input, context) => {
  const { Prefix: prefix = "", Delimiter: delimiter = "", Marker: marker = "" } = input;
  const limit = listLimit(input.MaxKeys);
  const encode = createKeyEncoder(input.EncodingType);
  const { page, name } = await context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "ListBucket");
    const request = { bucket: bucket.name, prefix, delimiter, after: marker, limit };
    return { name: bucket.name, page: limit === 0 ? undefined : await listPage(tx, request) };
  });
  const { items = [], commonPrefixes = [], next } = page ?? {};
  return {
    Name: name,
    Prefix: encode(prefix),
    Marker: encode(marker),
    MaxKeys: limit,
    IsTruncated: next !== undefined,
    EncodingType: input.EncodingType,
    ...(delimiter !== "" && { Delimiter: encode(delimiter) }),
    // Without a delimiter clients go on from the last key.
    ...(next !== undefined && delimiter !== "" && { NextMarker: encode(next) }),
    ...(items.length > 0 && {
      Contents: items.map(({ key, record }) => ({
        ...describeListed(encode(key), record),
        Owner: { ID: canonicalId(record.owner) },
      })),
    }),
    ...(commonPrefixes.length > 0 && {
      CommonPrefixes: commonPrefixes.map((Prefix) => ({ Prefix: encode(Prefix) })),
    }),
  };
};
