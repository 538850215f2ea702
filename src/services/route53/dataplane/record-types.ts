/** Record types as packets number them. */
import type { RecordType } from "../values/parse.ts";

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

/** Of DNSSEC (RFC 4034); no zone's owner writes them. */
export const rrsigType = 46;
export const nsecType = 47;
export const dnskeyType = 48;
/** "This name does not exist", among the types of a proof; nobody may ask for it (RFC 9824, 3.5). */
export const nxnameType = 128;

/** Types that no record of a zone has. */
const questionTypes: Readonly<Record<number, string>> = {
  [rrsigType]: "RRSIG",
  [nsecType]: "NSEC",
  [dnskeyType]: "DNSKEY",
  251: "IXFR",
  252: "AXFR",
  255: "ANY",
};

const names = new Map(Object.entries(typeNumbers).map(([name, number]) => [number, name]));

/** "A", or "TYPE48" for a type that no record here can have (RFC 3597). */
export function typeName(number: number): string {
  return names.get(number) ?? questionTypes[number] ?? `TYPE${number}`;
}
