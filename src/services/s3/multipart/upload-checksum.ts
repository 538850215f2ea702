/**
 * Checksums of objects uploaded in parts.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/tutorial-s3-mpu-additional-checksums.html
 */
import { hash } from "node:crypto";
import { knownAlgorithm, type ChecksumRecord, type ChecksumType } from "../checksums/checksum.ts";
import { combineCrc } from "../checksums/crc.ts";
import { invalidRequest } from "../errors.ts";
import { checksumOf } from "../checksums/checksum.ts";
import type { PartRecord, UploadRecord } from "../records.ts";

/** What a new upload's parts are hashed with, and how the whole follows from them. */
export function chooseUploadChecksum(input: {
  ChecksumAlgorithm?: string | undefined;
  ChecksumType?: string | undefined;
}): Pick<UploadRecord, "checksumAlgorithm" | "checksumType" | "checksumAsked"> {
  const { ChecksumAlgorithm: name, ChecksumType: type } = input;
  if (name === undefined) {
    if (type !== undefined)
      throw invalidRequest(
        "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
      );
    return { checksumAlgorithm: "CRC64NVME", checksumType: "FULL_OBJECT", checksumAsked: false };
  }
  const checksumAlgorithm = knownAlgorithm(name);
  const standard: ChecksumType = checksumAlgorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE";
  const checksumType = (type ?? standard) as ChecksumType;
  const possible =
    checksumAlgorithm === "CRC64NVME"
      ? checksumType === "FULL_OBJECT"
      : checksumAlgorithm.startsWith("CRC") || checksumType === "COMPOSITE";
  if (!possible)
    throw invalidRequest(
      `The ${checksumType} checksum type cannot be used with the ${checksumAlgorithm.toLowerCase()} checksum algorithm.`,
    );
  return { checksumAlgorithm, checksumType, checksumAsked: true };
}

export function checksumOfParts(
  { checksumAlgorithm: algorithm, checksumType: type }: UploadRecord,
  parts: readonly PartRecord[],
): ChecksumRecord {
  const values = parts.map(({ checksum }) => Buffer.from(checksum, "base64"));
  if (type === "COMPOSITE") {
    const value = `${checksumOf(algorithm, Buffer.concat(values))}-${parts.length}`;
    return { algorithm, type, value };
  }
  if (algorithm === "SHA1" || algorithm === "SHA256")
    throw new Error(`a whole's ${algorithm} does not follow from its parts'`);
  let whole: Buffer = values[0]!;
  for (let index = 1; index < parts.length; index++)
    whole = combineCrc(algorithm, whole, values[index]!, parts[index]!.sizeBytes);
  return { algorithm, type, value: whole.toString("base64") };
}

/** The MD5 of the parts' MD5s, and their number. */
export function etagOfParts(parts: readonly PartRecord[]): string {
  const all = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, "hex")));
  return `${hash("md5", all, "hex")}-${parts.length}`;
}
