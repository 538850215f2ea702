import type { Operation } from "#services/kit/service.ts";
import { tagsToList } from "#services/kit/tags.ts";
import { announce } from "../notifications/announce.ts";
import { findObject } from "../objects/find-object.ts";
import { replaceVersion } from "../objects/versions.ts";
import type { S3State } from "../state.ts";
import { readObjectTags } from "../tagging.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html */
export const putObjectTagging: Operation<"s3", "PutObjectTagging", S3State> = async (
  input,
  context,
) => {
  const tags = readObjectTags(input.Tagging);
  return context.store.transaction(async (tx) => {
    const { bucket, key, record } = await findObject(tx, context, input, "PutObjectTagging", "PUT");
    replaceVersion(tx, bucket.name, key, { ...record, tags });
    await announce(tx, context, bucket, "ObjectTagging:Put", key, record);
    return bucket.versioning ? { VersionId: record.versionId } : {};
  });
};

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html */
export const getObjectTagging: Operation<"s3", "GetObjectTagging", S3State> = (input, context) =>
  context.store.transaction(async (tx) => {
    const { bucket, record } = await findObject(tx, context, input, "GetObjectTagging", "GET");
    return {
      TagSet: tagsToList(record.tags),
      ...(bucket.versioning && { VersionId: record.versionId }),
    };
  });

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html */
export const deleteObjectTagging: Operation<"s3", "DeleteObjectTagging", S3State> = (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const { bucket, key, record } = await findObject(
      tx,
      context,
      input,
      "DeleteObjectTagging",
      "DELETE",
    );
    const { tags: _, ...untagged } = record;
    replaceVersion(tx, bucket.name, key, untagged);
    await announce(tx, context, bucket, "ObjectTagging:Delete", key, record);
    return bucket.versioning ? { VersionId: record.versionId } : {};
  });
