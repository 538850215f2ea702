import type { Operation } from "#services/kit/service.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { notImplementedHere } from "../errors.ts";
import { announceDeletion } from "../notifications/announce.ts";
import { checkDeleteConditions } from "../objects/conditions.ts";
import { deleteVersion, findVersion } from "../objects/versions.ts";
import { change, type S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html */
export const deleteObject: Operation<"s3", "DeleteObject", S3State> = async (input, context) => {
  const { Key: key = "", VersionId } = input;
  if (input.IfMatchLastModifiedTime !== undefined || input.IfMatchSize !== undefined)
    throw notImplementedHere(
      "deletes on condition of time or size, which only directory buckets have",
    );
  return change(context, async (changing) => {
    const { tx } = changing;
    const action = VersionId === undefined ? "DeleteObject" : "DeleteObjectVersion";
    const bucket = await findBucket(tx, context, input, action, key);
    if (input.IfMatch !== undefined)
      checkDeleteConditions(input.IfMatch, await findVersion(tx, bucket.name, key, VersionId), key);
    const deletion = await deleteVersion(changing, context, bucket, key, VersionId, bucket.account);
    await announceDeletion(tx, context, bucket, "ObjectRemoved", key, VersionId, deletion);
    return {
      ...(deletion.versionId !== undefined && { VersionId: deletion.versionId }),
      ...(deletion.deleteMarker && { DeleteMarker: true }),
    };
  });
};
