import type { Operation } from "#services/kit/service.ts";
import { decodeToken, encodeToken } from "#services/kit/pagination.ts";
import { canonicalId } from "../access/acl.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { invalidArgument } from "../errors.ts";
import { describeListed, listLimit } from "../objects/listed-object.ts";
import { listObjects as listPage } from "../objects/listing.ts";
import { createKeyEncoder } from "../objects/url-encoding.ts";
import type { S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export const listObjectsV2: Operation<"s3", "ListObjectsV2", S3State> = async (input, context) => {
  const { Prefix: prefix = "", Delimiter: delimiter = "", ContinuationToken: token } = input;
  const limit = listLimit(input.MaxKeys);
  const after = token === undefined ? (input.StartAfter ?? "") : decodeToken(token);
  if (after === undefined || token === "")
    throw invalidArgument("The continuation token provided is incorrect", "continuation-token");
  const encode = createKeyEncoder(input.EncodingType);
  const { page, name } = await context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "ListBucket");
    const request = { bucket: bucket.name, prefix, delimiter, after, limit };
    return { name: bucket.name, page: limit === 0 ? undefined : await listPage(tx, request) };
  });
  const { items = [], commonPrefixes = [], next } = page ?? {};
  return {
    Name: name,
    Prefix: encode(prefix),
    ...(delimiter !== "" && { Delimiter: encode(delimiter) }),
    MaxKeys: limit,
    EncodingType: input.EncodingType,
    KeyCount: items.length + commonPrefixes.length,
    IsTruncated: next !== undefined,
    ContinuationToken: token,
    // A token says where to go on; what it takes precedence over is not told.
    ...(input.StartAfter !== undefined &&
      token === undefined && { StartAfter: encode(input.StartAfter) }),
    ...(next !== undefined && { NextContinuationToken: encodeToken(next) }),
    ...(items.length > 0 && {
      Contents: items.map(({ key, record }) => ({
        ...describeListed(encode(key), record),
        ...(input.FetchOwner && { Owner: { ID: canonicalId(record.owner) } }),
      })),
    }),
    ...(commonPrefixes.length > 0 && {
      CommonPrefixes: commonPrefixes.map((Prefix) => ({ Prefix: encode(Prefix) })),
    }),
  };
};
