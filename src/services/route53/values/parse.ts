/**
 * What each type's value must look like, and what the DNS server sends for it.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html
 */
import { isIPv4, isIPv6 } from "node:net";
import { asciiLower, labelsOf, wireName } from "../names.ts";
import { addressBytes, counted, longs, shorts } from "./bytes.ts";
import { characterStrings, hexField, numberField, splitFields } from "./fields.ts";
import { ValueProblem } from "./problem.ts";
import { serviceBinding } from "./service-binding.ts";

export const recordTypes = [
  "A",
  "AAAA",
  "CAA",
  "CNAME",
  "DS",
  "HTTPS",
  "MX",
  "NAPTR",
  "NS",
  "PTR",
  "SOA",
  "SPF",
  "SRV",
  "SSHFP",
  "SVCB",
  "TLSA",
  "TXT",
] as const;
export type RecordType = (typeof recordTypes)[number];

const short = 65_535;
const long = 4_294_967_295;

/** The record's data as a packet carries it; throws ValueProblem. */
export function parseValue(type: string, value: string): Buffer {
  const parse = parsers[type as RecordType];
  if (!parse) throw new ValueProblem("UnsupportedType", "Record type is not supported", type);
  return parse(value);
}

const parsers: Readonly<Record<RecordType, (value: string) => Buffer>> = {
  A(value) {
    if (!isIPv4(value))
      throw new ValueProblem(
        "ARRDATAIllegalIPv4Address",
        "Value is not a valid IPv4 address",
        value,
      );
    return addressBytes(value);
  },
  AAAA(value) {
    if (!isIPv6(value) || value.includes("%"))
      throw new ValueProblem(
        "AAAARRDATAIllegalIPv6Address",
        "Value is not a valid IPv6 address",
        value,
      );
    return addressBytes(value);
  },
  CAA(value) {
    const [flags, tag, text] = splitFields("CAA", value, 3) as [string, string, string];
    if (!/^[a-z0-9]{1,15}$/i.test(tag))
      throw new ValueProblem("CAARRDATAIllegalTag", "Tag should be letters and digits", tag);
    const number = numberField("CAA", flags, 255);
    const name = counted(Buffer.from(tag.toLowerCase(), "latin1"));
    return Buffer.concat([Buffer.from([number]), name, ...characterStrings(text)]);
  },
  CNAME: nameData,
  DS(value) {
    const [keyTag, algorithm, digestType, digest] = splitFields("DS", value, 4) as Four;
    return Buffer.concat([
      shorts(numberField("DS", keyTag, short)),
      Buffer.from([numberField("DS", algorithm, 255), numberField("DS", digestType, 255)]),
      hexField("DS", digest),
    ]);
  },
  HTTPS: (value) => serviceBinding("HTTPS", value),
  MX(value) {
    const [preference, exchange] = splitFields("MX", value, 2) as [string, string];
    return Buffer.concat([shorts(numberField("MX", preference, short)), nameData(exchange)]);
  },
  NAPTR(value) {
    const fields = splitFields("NAPTR", value, 6) as [...Four, string, string];
    const [order, preference, flags, services, regexp, replacement] = fields;
    return Buffer.concat([
      shorts(numberField("NAPTR", order, short), numberField("NAPTR", preference, short)),
      ...[flags, services, regexp].flatMap((field) => characterStrings(field).map(counted)),
      nameData(replacement),
    ]);
  },
  NS: nameData,
  PTR: nameData,
  SOA(value) {
    const fields = splitFields("SOA", value, 7) as [...Four, string, string, string];
    const [mname, rname, ...numbers] = fields;
    return Buffer.concat([
      nameData(mname),
      nameData(rname),
      longs(...numbers.map((one) => numberField("SOA", one, long))),
    ]);
  },
  SPF: textData,
  SRV(value) {
    const [priority, weight, port, target] = splitFields("SRV", value, 4) as Four;
    return Buffer.concat([
      shorts(...[priority, weight, port].map((one) => numberField("SRV", one, short))),
      nameData(target),
    ]);
  },
  SSHFP(value) {
    const [algorithm, hash, fingerprint] = splitFields("SSHFP", value, 3) as [
      string,
      string,
      string,
    ];
    return Buffer.concat([
      Buffer.from([algorithm, hash].map((one) => numberField("SSHFP", one, 255))),
      hexField("SSHFP", fingerprint),
    ]);
  },
  SVCB: (value) => serviceBinding("SVCB", value),
  TLSA(value) {
    const [usage, selector, matchingType, certificate] = splitFields("TLSA", value, 4) as Four;
    return Buffer.concat([
      Buffer.from([usage, selector, matchingType].map((one) => numberField("TLSA", one, 255))),
      hexField("TLSA", certificate),
    ]);
  },
  TXT: textData,
};

type Four = [string, string, string, string];

function nameData(value: string): Buffer {
  const text = value.trim();
  if (text === "") throw new ValueProblem("DomainNameEmpty", "Domain name is empty", value);
  // In the case in which DNSSEC signs them (RFC 4034, 6.2).
  return wireName(labelsOf(text).map(asciiLower));
}

function textData(value: string): Buffer {
  return Buffer.concat(characterStrings(value).map(counted));
}
