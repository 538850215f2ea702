/** What a packet asks. The library reads it; only names are read from its bytes, because it takes dots within labels for ends. */
import { decode, type DecodedPacket, type OptAnswer } from "dns-packet";
import { escapeLabel } from "../names.ts";
import { nxnameType, typeName } from "./record-types.ts";

/** EDNS client subnet (RFC 7871). */
export interface ClientSubnet {
  /** 1 for IPv4, 2 for IPv6. */
  family: number;
  prefix: number;
  /** The address, cut to the bytes that the prefix needs. */
  bytes: Buffer;
  /** Undefined where the asker wants its own whereabouts kept out of it, with a prefix of 0. */
  address: string | undefined;
}

export interface Edns {
  payloadBytes: number;
  version: number;
  /** The asker understands DNSSEC; its flag is given back (RFC 3225). */
  dnssecOk: boolean;
  subnet: ClientSubnet | undefined;
}

export interface Query {
  id: number;
  /** As zones write it, "." at its end. */
  name: string;
  type: string;
  recursionDesired: boolean;
  /** Name, type and class as they came. */
  question: Buffer;
  edns: Edns | undefined;
  /** Refused whatever the name is: a class that nobody has here, the transfer of a zone. */
  isRefused: boolean;
}

/** A packet that no answer belongs to, or one whose answer says what is wrong. */
export type Parsed = { query: Query } | { failure: Buffer } | undefined;

const headerBytes = 12;
/** What an answer may take where its asker did not say (RFC 1035) and what it may take at most here. */
export const plainPayload = 512;
export const largestPayload = 4096;

const failureCodes = { FORMERR: 1, NOTIMP: 4 } as const;

/** Undefined for what is no query at all. */
export function parseQuery(packet: Buffer): Parsed {
  if (packet.length < headerBytes || packet[2]! & 0x80) return undefined;
  const opcode = (packet[2]! >> 3) & 15;
  if (opcode !== 0) return { failure: failure(packet, "NOTIMP") };
  const query = readQuery(packet);
  return query ? { query } : { failure: failure(packet, "FORMERR") };
}

function readQuery(packet: Buffer): Query | undefined {
  let decoded: DecodedPacket;
  try {
    decoded = decode(packet);
  } catch {
    // Any packet may come from anywhere; the library refuses by throwing.
    return undefined;
  }
  const asked = readName(packet, headerBytes);
  const edns = readEdns(decoded);
  if (decoded.questions?.length !== 1 || !asked || edns === "wrong") return undefined;
  const end = asked.end + 4;
  const number = packet.readUInt16BE(asked.end);
  if (number === nxnameType) return undefined;
  const type = typeName(number);
  const isInternet = packet.readUInt16BE(asked.end + 2) === 1;
  return {
    id: packet.readUInt16BE(),
    name: asked.name,
    type,
    recursionDesired: (packet[2]! & 1) === 1,
    question: packet.subarray(headerBytes, end),
    edns,
    isRefused: !isInternet || type === "AXFR" || type === "IXFR",
  };
}

/** Undefined where the name is not written out, or longer than names are. */
function readName(packet: Buffer, start: number): { name: string; end: number } | undefined {
  let name = "";
  for (let at = start; at - start < 255;) {
    const length = packet[at++];
    if (length === undefined || length > 63 || at + length > packet.length) return undefined;
    if (length === 0) return { name: name || ".", end: at };
    name += `${escapeLabel(packet.toString("latin1", at, at + length))}.`;
    at += length;
  }
  return undefined;
}

function readEdns({ additionals = [] }: DecodedPacket): Edns | undefined | "wrong" {
  const [found, ...more] = additionals.filter((one): one is OptAnswer => one.type === "OPT");
  if (!found) return undefined;
  const option = found.options.find(({ code }) => code === subnetOption);
  const subnet = option?.data && subnetOf(option.data);
  if (more.length > 0 || found.name !== "." || subnet === "wrong") return "wrong";
  return {
    payloadBytes: Math.min(largestPayload, Math.max(plainPayload, found.udpPayloadSize)),
    version: found.ednsVersion,
    dnssecOk: found.flag_do,
    subnet,
  };
}

const subnetOption = 8;

/** "A server that receives … too few or too many ADDRESS octets … SHOULD return FORMERR" (RFC 7871, 6 and 7.1.2). */
function subnetOf(data: Buffer): ClientSubnet | undefined | "wrong" {
  if (data.length < 4) return "wrong";
  const family = data.readUInt16BE();
  const [prefix, scope] = [data[2]!, data[3]!];
  const bytes = data.subarray(4);
  const most = family === 1 ? 32 : family === 2 ? 128 : undefined;
  if (most === undefined) return undefined;
  if (scope !== 0 || prefix > most || bytes.length !== Math.ceil(prefix / 8)) return "wrong";
  if (prefix % 8 !== 0 && (bytes.at(-1)! & (0xff >> (prefix % 8))) !== 0) return "wrong";
  return { family, prefix, bytes, address: prefix === 0 ? undefined : addressOf(family, bytes) };
}

function addressOf(family: number, bytes: Buffer): string {
  const whole = Buffer.alloc(family === 1 ? 4 : 16);
  bytes.copy(whole);
  if (family === 1) return whole.join(".");
  return Array.from({ length: 8 }, (_one, index) =>
    whole.readUInt16BE(index * 2).toString(16),
  ).join(":");
}

function failure(packet: Buffer, code: keyof typeof failureCodes): Buffer {
  const reply = Buffer.alloc(headerBytes);
  packet.copy(reply, 0, 0, 4);
  reply[2] = 0x80 | (packet[2]! & 0x79);
  reply[3] = failureCodes[code];
  return reply;
}
