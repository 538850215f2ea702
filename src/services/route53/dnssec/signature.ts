/** What a signature of records is made over, and how it stands in its RRSIG record (RFC 4034, 3.1.8.1 and 6). */
import { labelsOf, wireName } from "../names.ts";
import { longs, shorts } from "../values/bytes.ts";
import { algorithm } from "./keys.ts";

export interface RecordGroup {
  /** As zones write it. */
  name: string;
  type: number;
  ttl: number;
  rdata: readonly Buffer[];
}

export interface Validity {
  /** Seconds since the epoch. */
  inceptionS: number;
  expirationS: number;
}

export interface Signer {
  zoneName: string;
  keyTag: number;
}

/** The RRSIG's data without the signature itself. */
export function signatureHead(
  { name, type, ttl }: RecordGroup,
  { inceptionS, expirationS }: Validity,
  { zoneName, keyTag }: Signer,
): Buffer {
  const labels = labelsOf(name);
  const count = labels[0] === "*" ? labels.length - 1 : labels.length;
  return Buffer.concat([
    shorts(type),
    Buffer.from([algorithm, count]),
    longs(ttl, expirationS, inceptionS),
    shorts(keyTag),
    wireName(labelsOf(zoneName)),
  ]);
}

/** Names within the data are in lower case already. */
export function signedBytes(head: Buffer, { name, type, ttl, rdata }: RecordGroup): Buffer {
  const owner = wireName(labelsOf(name));
  const sorted = [...rdata].sort((a, b) => Buffer.compare(a, b));
  return Buffer.concat([
    head,
    ...sorted
      .filter((one, index) => index === 0 || !one.equals(sorted[index - 1]!))
      .flatMap((one) => [owner, shorts(type, 1), longs(ttl), shorts(one.length), one]),
  ]);
}

/** r and s of a P-256 signature in DER, 32 bytes each. */
export function rawSignature(der: Uint8Array): Buffer {
  const raw = Buffer.alloc(64);
  let at = 2;
  for (const end of [32, 64]) {
    const length = der[at + 1]!;
    const number = der.subarray(at + 2, at + 2 + length);
    const digits = number.subarray(Math.max(0, number.length - 32));
    raw.set(digits, end - digits.length);
    at += 2 + length;
  }
  return raw;
}
