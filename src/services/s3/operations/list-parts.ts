import type { StorageClass } from "@aws-sdk/client-s3";
import { dateOf } from "#runtime/date.ts";
import type { Operation } from "#services/kit/service.ts";
import { canonicalId } from "../access/acl.ts";
import { checksumMember } from "../checksums/checksum.ts";
import { findUpload } from "../multipart/find-upload.ts";
import { listLimit } from "../objects/listed-object.ts";
import { defaultStorageClass } from "../objects/settings.ts";
import { everywhere, uploadParts } from "../records.ts";
import type { S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html */
export const listParts: Operation<"s3", "ListParts", S3State> = (input, context) =>
  context.store.transaction(async (tx) => {
    const { bucket, key, upload } = await findUpload(
      tx,
      context,
      input,
      "ListMultipartUploadParts",
    );
    const limit = listLimit(input.MaxParts);
    const marker = Number(input.PartNumberMarker ?? 0);
    const { uploadId, checksumAlgorithm: algorithm, checksumAsked } = upload;
    const found = await uploadParts.list(tx, everywhere, [uploadId], {
      after: uploadParts.key(everywhere, uploadId, marker),
      limit: limit + 1,
    });
    const page = found.slice(0, limit);
    return {
      Bucket: bucket.name,
      Key: key,
      UploadId: uploadId,
      PartNumberMarker: String(marker),
      NextPartNumberMarker: String(page.at(-1)?.number ?? 0),
      MaxParts: limit,
      IsTruncated: found.length > page.length,
      Initiator: { ID: upload.initiatorArn, DisplayName: upload.initiatorArn },
      Owner: { ID: canonicalId(upload.owner) },
      StorageClass: (upload.storageClass ?? defaultStorageClass) as StorageClass,
      ...(checksumAsked && { ChecksumAlgorithm: algorithm, ChecksumType: upload.checksumType }),
      Parts: page.map((part) => ({
        PartNumber: part.number,
        LastModified: dateOf(part.modifiedMs),
        ETag: `"${part.etag}"`,
        Size: part.sizeBytes,
        ...(checksumAsked && { [checksumMember(algorithm)]: part.checksum }),
      })),
    };
  });
