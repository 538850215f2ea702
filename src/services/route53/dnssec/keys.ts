/** DNSSEC's public keys as records: DNSKEY, their tags, their digests for DS (RFC 4034, RFC 6605). */
import { createHash } from "node:crypto";
import { labelsOf, wireName } from "../names.ts";

/** ECDSA over P-256 with SHA-256, the one algorithm of Route 53. */
export const algorithm = 13;
export const keySigningFlag = 257;
export const zoneSigningFlag = 256;
/** Of the DNSKEY records, in seconds. */
export const keysTtl = 3_600;
const protocol = 3;

/** The point of a P-256 key: the last bytes of its SPKI form, without the mark that it is not compressed. */
export function pointOf(spki: Uint8Array): Buffer {
  return Buffer.from(spki.subarray(-64));
}

export function dnskeyData(flag: number, point: Buffer): Buffer {
  return Buffer.concat([Buffer.from([flag >> 8, flag & 255, protocol, algorithm]), point]);
}

/** RFC 4034, appendix B. */
export function keyTag(data: Buffer): number {
  let sum = 0;
  for (const [index, byte] of data.entries()) sum += index % 2 === 0 ? byte << 8 : byte;
  return (sum + (sum >> 16)) & 0xff_ff;
}

/** SHA-256 of owner and key, in upper-case hexadecimal digits. */
export function digestOf(zoneName: string, data: Buffer): string {
  const owner = wireName(labelsOf(zoneName));
  return createHash("sha256").update(owner).update(data).digest("hex").toUpperCase();
}
