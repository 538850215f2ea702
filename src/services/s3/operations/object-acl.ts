import type { Operation } from "#services/kit/service.ts";
import { checkAclAllowed, describeAcl, readGrants } from "../access/acl.ts";
import { getDocument } from "../buckets/documents.ts";
import { invalidRequest } from "../errors.ts";
import { announce } from "../notifications/announce.ts";
import { findObject } from "../objects/find-object.ts";
import { replaceVersion } from "../objects/versions.ts";
import type { S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html */
export const putObjectAcl: Operation<"s3", "PutObjectAcl", S3State> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const { bucket, key, record } = await findObject(tx, context, input, "PutObjectAcl", "PUT");
    const grants = readGrants(input, { owner: record.owner, bucketOwner: bucket.account });
    if (!grants) throw invalidRequest("Missing required header for this request: x-amz-acl");
    const block = await getDocument(tx, bucket, "publicAccessBlock");
    checkAclAllowed(bucket, input, grants, block?.BlockPublicAcls ?? false);
    replaceVersion(tx, bucket.name, key, { ...record, grants });
    await announce(tx, context, bucket, "ObjectAcl:Put", key, record);
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAcl.html */
export const getObjectAcl: Operation<"s3", "GetObjectAcl", S3State> = (input, context) =>
  context.store.transaction(async (tx) => {
    const { record } = await findObject(tx, context, input, "GetObjectAcl", "GET");
    return describeAcl(record.owner, record.grants);
  });
