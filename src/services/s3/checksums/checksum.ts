/** Additional checksums. https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
import { createHash, hash, type Hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { invalidChecksumHeader, invalidRequest, notImplementedHere } from "../errors.ts";
import { crc32c, Crc64Nvme } from "./crc.ts";

export const checksumAlgorithms = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

export type ChecksumType = "FULL_OBJECT" | "COMPOSITE";

/** A checksum that an object carries. */
export interface ChecksumRecord {
  algorithm: ChecksumAlgorithm;
  /** Base64; a composite one ends in "-" and the number of parts. */
  value: string;
  type: ChecksumType;
}

/** Bytes that each algorithm gives. */
export const digestBytes: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

export interface Hasher {
  update(bytes: Uint8Array): void;
  digest(): Buffer;
}

export function createHasher(algorithm: ChecksumAlgorithm | "MD5"): Hasher {
  switch (algorithm) {
    case "CRC32":
      return new RunningCrc(crc32);
    case "CRC32C":
      return new RunningCrc(crc32c);
    case "CRC64NVME":
      return new Crc64Nvme();
    default: {
      const running: Hash = createHash(algorithm.toLowerCase());
      return { update: (bytes) => void running.update(bytes), digest: () => running.digest() };
    }
  }
}

class RunningCrc implements Hasher {
  readonly #step: (bytes: Uint8Array, before: number) => number;
  #value = 0;

  constructor(step: (bytes: Uint8Array, before: number) => number) {
    this.#step = step;
  }

  update(bytes: Uint8Array): void {
    this.#value = this.#step(bytes, this.#value);
  }

  digest(): Buffer {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeUInt32BE(this.#value >>> 0);
    return bytes;
  }
}

/** The checksum of bytes in memory, base64. */
export function checksumOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): string {
  if (algorithm === "SHA1" || algorithm === "SHA256")
    return hash(algorithm.toLowerCase(), bytes, "base64");
  const hasher = createHasher(algorithm);
  hasher.update(bytes);
  return hasher.digest().toString("base64");
}

/** The member of AWS's shapes that holds an algorithm's value. */
export function checksumMember(algorithm: ChecksumAlgorithm): `Checksum${ChecksumAlgorithm}` {
  return `Checksum${algorithm}`;
}

/** Where an input's checksums stand. */
export type ChecksumInput = {
  [A in ChecksumAlgorithm as `Checksum${A}`]?: string | undefined;
} & {
  ChecksumAlgorithm?: string | undefined;
  ChecksumSHA512?: string | undefined;
  ChecksumMD5?: string | undefined;
  ChecksumXXHASH64?: string | undefined;
  ChecksumXXHASH3?: string | undefined;
  ChecksumXXHASH128?: string | undefined;
};

const otherMembers = [
  "ChecksumSHA512",
  "ChecksumMD5",
  "ChecksumXXHASH64",
  "ChecksumXXHASH3",
  "ChecksumXXHASH128",
] as const;

export interface ExpectedChecksum {
  algorithm: ChecksumAlgorithm;
  /** Undefined when only the algorithm is known; a trailer may still give the value. */
  value: string | undefined;
}

/** What the client said about the payload's checksum; undefined when it said nothing. */
export function expectedChecksum(input: ChecksumInput): ExpectedChecksum | undefined {
  let found: ExpectedChecksum | undefined;
  for (const algorithm of checksumAlgorithms) {
    const value = input[checksumMember(algorithm)];
    if (value === undefined) continue;
    if (found)
      throw invalidRequest(
        "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
      );
    if (!isDigest(value, algorithm)) throw invalidChecksumHeader(algorithm);
    found = { algorithm, value };
  }
  for (const member of otherMembers)
    if (input[member] !== undefined) throw notImplementedHere(`${member} checksums`);
  if (found || input.ChecksumAlgorithm === undefined) return found;
  return { algorithm: knownAlgorithm(input.ChecksumAlgorithm), value: undefined };
}

export function knownAlgorithm(name: string): ChecksumAlgorithm {
  const algorithm = checksumAlgorithms.find((known) => known === name.toUpperCase());
  if (algorithm) return algorithm;
  if (/^(SHA512|MD5|XXHASH(64|3|128))$/i.test(name)) throw notImplementedHere(`${name} checksums`);
  throw invalidRequest(
    "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
  );
}

function isDigest(value: string, algorithm: ChecksumAlgorithm): boolean {
  const bytes = Buffer.from(value, "base64");
  return bytes.length === digestBytes[algorithm] && bytes.toString("base64") === value;
}

/** The members that tell an object's checksum. */
export function checksumOutput(
  checksum: ChecksumRecord | undefined,
): ChecksumInput & { ChecksumType?: ChecksumType } {
  if (!checksum) return {};
  return { [checksumMember(checksum.algorithm)]: checksum.value, ChecksumType: checksum.type };
}
