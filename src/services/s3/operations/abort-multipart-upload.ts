import type { Operation } from "#services/kit/service.ts";
import { deleteUpload } from "../multipart/delete-upload.ts";
import { findUpload } from "../multipart/find-upload.ts";
import { change, type S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html */
export const abortMultipartUpload: Operation<"s3", "AbortMultipartUpload", S3State> = async (
  input,
  context,
) => {
  await change(context, async (changing) => {
    const { upload } = await findUpload(changing.tx, context, input, "AbortMultipartUpload");
    await deleteUpload(changing, upload);
  });
  return {};
};
