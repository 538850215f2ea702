/** Records' values as bytes of the wire. */
import { encode, type Answer } from "dns-packet";
import { parseValue, type RecordType } from "../values/parse.ts";

/** https://www.iana.org/assignments/dns-parameters */
export const typeNumbers: Readonly<Record<RecordType, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DS: 43,
  SSHFP: 44,
  TLSA: 52,
  SVCB: 64,
  HTTPS: 65,
  SPF: 99,
  CAA: 257,
};

/** Of a message with one answer of the root: header, name, type, class, TTL, length. */
const dataOffset = 12 + 1 + 2 + 2 + 4 + 2;

export function rdataOf(type: RecordType, value: string): Buffer {
  const data = parseValue(type, value);
  switch (type) {
    case "HTTPS":
    case "SVCB":
      return data as Buffer;
    case "DS": {
      const { keyTag, algorithm, digestType, digest } = data as Record<string, number> & {
        digest: Buffer;
      };
      return Buffer.concat([
        Buffer.from([keyTag! >> 8, keyTag! & 255, algorithm!, digestType!]),
        digest,
      ]);
    }
    case "SSHFP": {
      const { algorithm, hash, fingerprint } = data as Record<string, number> & {
        fingerprint: Buffer;
      };
      return Buffer.concat([Buffer.from([algorithm!, hash!]), fingerprint]);
    }
    case "TLSA": {
      const { usage, selector, matchingType, certificate } = data as Record<string, number> & {
        certificate: Buffer;
      };
      return Buffer.concat([Buffer.from([usage!, selector!, matchingType!]), certificate]);
    }
    default: {
      const answer = { name: ".", type: type === "SPF" ? "TXT" : type, data } as Answer;
      return Buffer.from(encode({ type: "response", answers: [answer] }).subarray(dataOffset));
    }
  }
}
