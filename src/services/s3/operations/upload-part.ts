import type { Operation } from "#services/kit/service.ts";
import { checksumMember, expectedChecksum } from "../checksums/checksum.ts";
import { invalidRequest } from "../errors.ts";
import { maxPartBytes } from "../limits.ts";
import { findUpload } from "../multipart/find-upload.ts";
import { checkPartNumber } from "../multipart/part-number.ts";
import { partOf, putPart } from "../multipart/put-part.ts";
import { discard, receive } from "../objects/receive.ts";
import { refuseCustomerKeys } from "../objects/settings.ts";
import { change, type S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html */
export const uploadPart: Operation<"s3", "UploadPart", S3State> = async (input, context) => {
  refuseCustomerKeys(input);
  const number = checkPartNumber(input.PartNumber);
  const { upload } = await context.store.transaction((tx) =>
    findUpload(tx, context, input, "PutObject"),
  );
  const { checksumAlgorithm: algorithm, checksumAsked } = upload;
  const given = expectedChecksum(input);
  if (given && checksumAsked && given.algorithm !== algorithm)
    throw invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${algorithm.toLowerCase()}, actual checksum Type: ${given.algorithm.toLowerCase()}`,
    );
  const received = await receive(context.state, input.Body, {
    contentMd5: input.ContentMD5,
    checksum: given?.algorithm === algorithm ? given : undefined,
    also: given && given.algorithm !== algorithm ? given : undefined,
    defaultAlgorithm: algorithm,
    limitBytes: maxPartBytes,
  });
  try {
    return await change(context, async (changing) => {
      await findUpload(changing.tx, context, input, "PutObject");
      const part = await putPart(changing, context, upload, number, partOf(changing, received));
      return {
        ETag: `"${part.etag}"`,
        ServerSideEncryption: "AES256" as const,
        ...((checksumAsked || given === undefined) && {
          [checksumMember(algorithm)]: part.checksum,
        }),
        ...(given?.value !== undefined && { [checksumMember(given.algorithm)]: given.value }),
      };
    });
  } catch (error) {
    await discard(context.state.files, received);
    throw error;
  }
};
