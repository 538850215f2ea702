/**
 * What each type's value must look like, and what the DNS server sends for it.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html
 */
import { isIPv4, isIPv6 } from "node:net";
import { labelsOf } from "../names.ts";
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

/** The data as `dns-packet` encodes it for the type; throws ValueProblem. */
export function parseValue(type: string, value: string): unknown {
  const parse = parsers[type as RecordType];
  if (!parse) throw new ValueProblem("UnsupportedType", "Record type is not supported", type);
  return parse(value);
}

const parsers: Readonly<Record<RecordType, (value: string) => unknown>> = {
  A(value) {
    if (!isIPv4(value))
      throw new ValueProblem(
        "ARRDATAIllegalIPv4Address",
        "Value is not a valid IPv4 address",
        value,
      );
    return value;
  },
  AAAA(value) {
    if (!isIPv6(value) || value.includes("%"))
      throw new ValueProblem(
        "AAAARRDATAIllegalIPv6Address",
        "Value is not a valid IPv6 address",
        value,
      );
    return value;
  },
  CAA(value) {
    const [flags, tag, text] = splitFields("CAA", value, 3) as [string, string, string];
    if (!/^[a-z0-9]{1,15}$/i.test(tag))
      throw new ValueProblem("CAARRDATAIllegalTag", "Tag should be letters and digits", tag);
    const number = numberField("CAA", flags, 255);
    const bytes = Buffer.concat(characterStrings(text));
    return { flags: number, tag: tag.toLowerCase(), value: bytes.toString("latin1") };
  },
  CNAME: nameData,
  DS(value) {
    const [keyTag, algorithm, digestType, digest] = splitFields("DS", value, 4) as Four;
    return {
      keyTag: numberField("DS", keyTag, short),
      algorithm: numberField("DS", algorithm, 255),
      digestType: numberField("DS", digestType, 255),
      digest: hexField("DS", digest),
    };
  },
  HTTPS: (value) => serviceBinding("HTTPS", value),
  MX(value) {
    const [preference, exchange] = splitFields("MX", value, 2) as [string, string];
    return { preference: numberField("MX", preference, short), exchange: nameData(exchange) };
  },
  NAPTR(value) {
    const fields = splitFields("NAPTR", value, 6) as [...Four, string, string];
    const [order, preference, flags, services, regexp, replacement] = fields;
    const text = (field: string) => Buffer.concat(characterStrings(field)).toString("latin1");
    return {
      order: numberField("NAPTR", order, short),
      preference: numberField("NAPTR", preference, short),
      flags: text(flags),
      services: text(services),
      regexp: text(regexp),
      replacement: nameData(replacement),
    };
  },
  NS: nameData,
  PTR: nameData,
  SOA(value) {
    const fields = splitFields("SOA", value, 7) as [...Four, string, string, string];
    const [mname, rname, ...numbers] = fields;
    const [serial, refresh, retry, expire, minimum] = numbers.map((one) =>
      numberField("SOA", one, long),
    );
    return {
      mname: nameData(mname),
      rname: nameData(rname),
      serial,
      refresh,
      retry,
      expire,
      minimum,
    };
  },
  SPF: characterStrings,
  SRV(value) {
    const [priority, weight, port, target] = splitFields("SRV", value, 4) as Four;
    return {
      priority: numberField("SRV", priority, short),
      weight: numberField("SRV", weight, short),
      port: numberField("SRV", port, short),
      target: nameData(target),
    };
  },
  SSHFP(value) {
    const [algorithm, hash, fingerprint] = splitFields("SSHFP", value, 3) as [
      string,
      string,
      string,
    ];
    return {
      algorithm: numberField("SSHFP", algorithm, 255),
      hash: numberField("SSHFP", hash, 255),
      fingerprint: hexField("SSHFP", fingerprint),
    };
  },
  SVCB: (value) => serviceBinding("SVCB", value),
  TLSA(value) {
    const [usage, selector, matchingType, certificate] = splitFields("TLSA", value, 4) as Four;
    return {
      usage: numberField("TLSA", usage, 255),
      selector: numberField("TLSA", selector, 255),
      matchingType: numberField("TLSA", matchingType, 255),
      certificate: hexField("TLSA", certificate),
    };
  },
  TXT: characterStrings,
};

type Four = [string, string, string, string];

function nameData(value: string): string {
  const text = value.trim();
  if (text === "") throw new ValueProblem("DomainNameEmpty", "Domain name is empty", value);
  return labelsOf(text).join(".") || ".";
}
