import type { DeletedObject, ObjectIdentifier, _Error as ObjectError } from "@aws-sdk/client-s3";
import { AwsError } from "#model/error.ts";
import type { Operation } from "#services/kit/service.ts";
import { reachBucket, requireAccess } from "../buckets/find-bucket.ts";
import { malformedXml } from "../errors.ts";
import { maxDeletedAtOnce } from "../limits.ts";
import { announceDeletion } from "../notifications/announce.ts";
import { checkDeleteConditions } from "../objects/conditions.ts";
import { deleteVersion, findVersion } from "../objects/versions.ts";
import type { BucketRecord } from "../records.ts";
import { change, type Change, type S3Context, type S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
export const deleteObjects: Operation<"s3", "DeleteObjects", S3State> = async (input, context) => {
  const { Objects = [], Quiet = false } = input.Delete ?? {};
  if (Objects.length === 0 || Objects.length > maxDeletedAtOnce) throw malformedXml();
  return change(context, async (changing) => {
    const bucket = await reachBucket(changing.tx, context, input, "DeleteObject");
    const Deleted: DeletedObject[] = [];
    const Errors: ObjectError[] = [];
    for (const identifier of Objects) {
      try {
        Deleted.push(await deleteOne(changing, context, bucket, identifier));
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        const { Key, VersionId } = identifier;
        Errors.push({
          Key,
          ...(VersionId !== undefined && { VersionId }),
          Code: error.code,
          Message: error.message,
        });
      }
    }
    return {
      ...(!Quiet && Deleted.length > 0 && { Deleted }),
      ...(Errors.length > 0 && { Errors }),
    };
  });
};

async function deleteOne(
  changing: Change,
  context: S3Context,
  bucket: BucketRecord,
  { Key: key = "", VersionId, ETag }: ObjectIdentifier,
): Promise<DeletedObject> {
  const { tx } = changing;
  const action = VersionId === undefined ? "DeleteObject" : "DeleteObjectVersion";
  await requireAccess(tx, context, bucket, action, key);
  if (ETag !== undefined)
    checkDeleteConditions(ETag, await findVersion(tx, bucket.name, key, VersionId), key);
  const deletion = await deleteVersion(changing, context, bucket, key, VersionId, bucket.account);
  await announceDeletion(tx, context, bucket, "ObjectRemoved", key, VersionId, deletion);
  return {
    Key: key,
    ...(VersionId !== undefined && { VersionId }),
    ...(deletion.deleteMarker && {
      DeleteMarker: true,
      ...(deletion.versionId !== undefined && { DeleteMarkerVersionId: deletion.versionId }),
    }),
  };
}
