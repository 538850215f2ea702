import type { Operation } from "#services/kit/service.ts";
import { deleteBucketUploads } from "../multipart/delete-upload.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { bucketNotEmpty } from "../errors.ts";
import { buckets, documents, everywhere, objects } from "../records.ts";
import { change, type S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html */
export const deleteBucket: Operation<"s3", "DeleteBucket", S3State> = async (input, context) => {
  await change(context, async (changing) => {
    const { tx } = changing;
    const { name, versioning } = await findBucket(tx, context, input, "DeleteBucket");
    const [first] = await objects.list(tx, everywhere, [name], { limit: 1 });
    if (first) throw bucketNotEmpty(name, versioning !== undefined);
    await deleteBucketUploads(changing, name);
    for (const { id } of await documents.entries(tx, everywhere, [name]))
      documents.delete(tx, everywhere, ...id);
    buckets.delete(tx, everywhere, name);
  });
  return {};
};
