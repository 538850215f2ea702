/** What a packet asks. */
import { escapeLabel } from "../names.ts";
import { typeName } from "./record-types.ts";

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
  if (packet.readUInt16BE(4) !== 1) return undefined;
  const asked = readName(packet, headerBytes);
  if (!asked || asked.end + 4 > packet.length) return undefined;
  const end = asked.end + 4;
  const found = readEdns(packet, end);
  if (!found) return undefined;
  const type = typeName(packet.readUInt16BE(asked.end));
  const isInternet = packet.readUInt16BE(asked.end + 2) === 1;
  return {
    id: packet.readUInt16BE(),
    name: asked.name,
    type,
    recursionDesired: (packet[2]! & 1) === 1,
    question: packet.subarray(headerBytes, end),
    edns: found.edns,
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

/** Where the name ends that stands at `start`; it may point to another. */
function nameEnd(packet: Buffer, start: number): number | undefined {
  for (let at = start; ;) {
    const length = packet[at++];
    if (length === undefined) return undefined;
    if (length === 0) return at;
    if (length >= 0xc0) return at + 1;
    if (length > 63) return undefined;
    at += length;
  }
}

const optType = 41;

/** Undefined for records that cannot be read, and for more than one OPT. */
function readEdns(packet: Buffer, start: number): { edns: Edns | undefined } | undefined {
  const before = packet.readUInt16BE(6) + packet.readUInt16BE(8);
  const count = before + packet.readUInt16BE(10);
  let edns: Edns | undefined;
  let at = start;
  for (let index = 0; index < count; index++) {
    const head = nameEnd(packet, at);
    if (head === undefined || head + 10 > packet.length) return undefined;
    const end = head + 10 + packet.readUInt16BE(head + 8);
    if (end > packet.length) return undefined;
    if (index >= before && packet.readUInt16BE(head) === optType) {
      const subnet = readSubnet(packet.subarray(head + 10, end));
      if (edns || head !== at + 1 || subnet === "wrong") return undefined;
      edns = {
        payloadBytes: Math.min(
          largestPayload,
          Math.max(plainPayload, packet.readUInt16BE(head + 2)),
        ),
        version: packet[head + 5]!,
        dnssecOk: (packet[head + 6]! & 0x80) !== 0,
        subnet,
      };
    }
    at = end;
  }
  return { edns };
}

const subnetOption = 8;

function readSubnet(options: Buffer): ClientSubnet | undefined | "wrong" {
  let found: ClientSubnet | undefined | "wrong";
  for (let at = 0; at < options.length;) {
    if (at + 4 > options.length) return "wrong";
    const end = at + 4 + options.readUInt16BE(at + 2);
    if (end > options.length) return "wrong";
    if (options.readUInt16BE(at) === subnetOption)
      found ??= subnetOf(options.subarray(at + 4, end));
    at = end;
  }
  return found;
}

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
