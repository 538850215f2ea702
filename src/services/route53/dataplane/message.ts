/** DNS messages: what a packet asks, and the bytes of an answer. */
import { decode, type DecodedPacket, type OptAnswer, type PacketOpt } from "dns-packet";
import { isIP } from "node:net";
import type { ResolvedRecord, Resolution, ResponseCode } from "./resolve.ts";

/** EDNS client subnet, as the library reads it. */
type ClientSubnet = Extract<PacketOpt, { ip: unknown }>;

export interface Query {
  id: number;
  /** As asked, "." at its end. */
  name: string;
  type: string;
  recursionDesired: boolean;
  /** Name, type and class as they came. */
  question: Buffer;
  edns: { payloadBytes: number; subnet: ClientSubnet | undefined; version: number } | undefined;
}

/** A packet that no answer belongs to, or one whose answer says what is wrong. */
export type Parsed = { query: Query } | { failure: Buffer } | undefined;

const codes: Readonly<Record<ResponseCode, number>> = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
};

const headerBytes = 12;
/** What an answer may take where its asker did not say (RFC 1035) and what it may take at most here. */
const plainPayload = 512;
const largestPayload = 4096;

/** Undefined for what is no query at all. */
export function parseQuery(packet: Buffer): Parsed {
  if (packet.length < headerBytes || packet[2]! & 0x80) return undefined;
  const opcode = (packet[2]! >> 3) & 15;
  if (opcode !== 0) return { failure: failure(packet, "NOTIMP") };
  let decoded: DecodedPacket;
  try {
    decoded = decode(packet);
  } catch {
    // Any packet may come from anywhere; the library refuses by throwing.
    return { failure: failure(packet, "FORMERR") };
  }
  const [asked, ...more] = decoded.questions ?? [];
  const end = questionEnd(packet);
  if (!asked || more.length > 0 || end === undefined)
    return { failure: failure(packet, "FORMERR") };
  if (asked.class !== "IN") return { failure: failure(packet, "REFUSED") };
  return {
    query: {
      id: packet.readUInt16BE(),
      name: asked.name.endsWith(".") ? asked.name : `${asked.name}.`,
      type: typeName(asked.type),
      recursionDesired: (packet[2]! & 1) === 1,
      question: packet.subarray(headerBytes, end),
      edns: ednsOf(decoded),
    },
  };
}

/** Two types that the library does not know. */
function typeName(type: string): string {
  if (type === "UNKNOWN_64") return "SVCB";
  return type === "UNKNOWN_65" ? "HTTPS" : type;
}

/** Undefined where the name is not written out. */
function questionEnd(packet: Buffer): number | undefined {
  let at = headerBytes;
  for (;;) {
    const length = packet[at];
    if (length === undefined || length > 63) return undefined;
    at += length + 1;
    if (length === 0) return at + 4 <= packet.length ? at + 4 : undefined;
  }
}

function ednsOf({ additionals = [] }: DecodedPacket): Query["edns"] {
  const found = additionals.find((one): one is OptAnswer => one.type === "OPT");
  if (!found) return undefined;
  const { udpPayloadSize, ednsVersion, options } = found;
  const subnet = options.find((option): option is ClientSubnet => "ip" in option);
  return {
    payloadBytes: Math.min(largestPayload, Math.max(plainPayload, udpPayloadSize)),
    subnet: subnet && isIP(subnet.ip ?? "") > 0 ? subnet : undefined,
    version: ednsVersion,
  };
}

function failure(packet: Buffer, code: ResponseCode): Buffer {
  const reply = Buffer.alloc(headerBytes);
  packet.copy(reply, 0, 0, 4);
  reply[2] = 0x80 | (packet[2]! & 0x79);
  reply[3] = codes[code];
  return reply;
}

/** A message is at most this long over TCP. */
const largestMessage = 65_535;
const scratch = () => Buffer.allocUnsafe(largestMessage);

export interface MessageWriter {
  /** `limit`: the most bytes that the way back can carry; what does not fit is left out and said to be (TC). */
  write(
    query: Query,
    resolution: Resolution,
    options: { limit: number; recursionAvailable: boolean },
  ): Buffer;
}

/** How many bytes an answer to the query may have over UDP. */
export function payloadLimit({ edns }: Query): number {
  return edns?.payloadBytes ?? plainPayload;
}

export function createMessageWriter(): MessageWriter {
  const buffer = scratch();
  return {
    write(query, resolution, { limit, recursionAvailable }) {
      const badVersion = query.edns !== undefined && query.edns.version > 0;
      const { answers, authorities } = badVersion ? { answers: [], authorities: [] } : resolution;
      query.question.copy(buffer, headerBytes);
      const start = headerBytes + query.question.length;
      const space = limit - optBytes(query);
      const first = writeRecords(buffer, start, space, query.name, answers);
      const second = first.isWhole
        ? writeRecords(buffer, first.end, space, query.name, authorities)
        : { end: start, count: 0, isWhole: false };
      const isWhole = first.isWhole && second.isWhole;
      const end = writeOpt(buffer, isWhole ? second.end : start, query, resolution, badVersion);
      buffer.writeUInt16BE(query.id, 0);
      buffer[2] =
        0x80 |
        (resolution.authoritative ? 4 : 0) |
        (isWhole ? 0 : 2) |
        (query.recursionDesired ? 1 : 0);
      buffer[3] = (recursionAvailable ? 0x80 : 0) | (badVersion ? 0 : codes[resolution.code]);
      buffer.writeUInt16BE(1, 4);
      buffer.writeUInt16BE(isWhole ? first.count : 0, 6);
      buffer.writeUInt16BE(isWhole ? second.count : 0, 8);
      buffer.writeUInt16BE(query.edns ? 1 : 0, 10);
      return Buffer.from(buffer.subarray(0, end));
    },
  };
}

function writeRecords(
  buffer: Buffer,
  start: number,
  limit: number,
  asked: string,
  records: readonly ResolvedRecord[],
): { end: number; count: number; isWhole: boolean } {
  const lower = asked.toLowerCase();
  let at = start;
  for (const [index, { name, type, ttl, rdata }] of records.entries()) {
    const own = name === lower ? undefined : encodedName(name);
    const size = (own?.length ?? 2) + 10 + rdata.length;
    if (at + size > limit) return { end: at, count: index, isWhole: false };
    if (own) at += own.copy(buffer, at);
    // The question's name stands right behind the header.
    else at = buffer.writeUInt16BE(0xc0_0c, at);
    at = buffer.writeUInt16BE(type, at);
    at = buffer.writeUInt16BE(1, at);
    at = buffer.writeUInt32BE(ttl, at);
    at = buffer.writeUInt16BE(rdata.length, at);
    at += rdata.copy(buffer, at);
  }
  return { end: at, count: records.length, isWhole: true };
}

function encodedName(name: string): Buffer {
  const labels = name.split(".").filter((label) => label !== "");
  return Buffer.concat([
    ...labels.map((label) => {
      const bytes = Buffer.from(
        label.replaceAll(/\\([0-7]{3})/g, (_all, digits: string) =>
          String.fromCharCode(Number.parseInt(digits, 8)),
        ),
        "latin1",
      );
      return Buffer.concat([Buffer.from([bytes.length]), bytes]);
    }),
    Buffer.from([0]),
  ]);
}

function optBytes({ edns }: Query): number {
  if (!edns) return 0;
  return edns.subnet ? 11 + 8 + subnetBytes(edns.subnet).length : 11;
}

function writeOpt(
  buffer: Buffer,
  start: number,
  { edns }: Query,
  { isLocal }: Resolution,
  badVersion: boolean,
): number {
  if (!edns) return start;
  let at = buffer.writeUInt8(0, start);
  at = buffer.writeUInt16BE(41, at);
  at = buffer.writeUInt16BE(largestPayload, at);
  // BADVERS is 16: its upper bits stand here (RFC 6891).
  at = buffer.writeUInt32BE(badVersion ? 0x01_00_00_00 : 0, at);
  const { subnet } = edns;
  if (!subnet) return buffer.writeUInt16BE(0, at);
  const bytes = subnetBytes(subnet);
  at = buffer.writeUInt16BE(8 + bytes.length, at);
  at = buffer.writeUInt16BE(8, at);
  at = buffer.writeUInt16BE(4 + bytes.length, at);
  at = buffer.writeUInt16BE(isIP(subnet.ip!) === 4 ? 1 : 2, at);
  at = buffer.writeUInt8(subnet.sourcePrefixLength!, at);
  // For which clients the answer holds: those of the subnet, or all (RFC 7871).
  at = buffer.writeUInt8(isLocal ? subnet.sourcePrefixLength! : 0, at);
  return at + bytes.copy(buffer, at);
}

/** The subnet's address, cut to its whole bytes. */
function subnetBytes({ ip, sourcePrefixLength }: ClientSubnet): Buffer {
  const all = addressBytes(ip!);
  return all.subarray(0, Math.min(all.length, Math.ceil(sourcePrefixLength! / 8)));
}

function addressBytes(ip: string): Buffer {
  if (isIP(ip) === 4) return Buffer.from(ip.split(".").map(Number));
  const [left = "", right] = ip.split("::");
  const groups = (text: string | undefined) => (text ? text.split(":") : []);
  const [head, tail] = [groups(left), groups(right)];
  const missing = 8 - head.length - tail.length;
  const middle = right === undefined ? [] : Array.from({ length: Math.max(0, missing) }, () => "0");
  const bytes = Buffer.alloc(16);
  for (const [index, group] of [...head, ...middle, ...tail].slice(0, 8).entries())
    bytes.writeUInt16BE(Number.parseInt(group, 16) & 0xff_ff, index * 2);
  return bytes;
}
