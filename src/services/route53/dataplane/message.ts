/** The bytes of an answer. */
import { labelsOf, wireName } from "../names.ts";
import { largestPayload, plainPayload, type Query } from "./query.ts";
import type { ResolvedRecord, Resolution, ResponseCode } from "./resolution.ts";

const codes: Readonly<Record<ResponseCode, number>> = {
  NOERROR: 0,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  REFUSED: 5,
};

const headerBytes = 12;
/** A message is at most this long over TCP. */
const largestMessage = 65_535;

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
  const buffer = Buffer.allocUnsafe(largestMessage);
  return {
    write(query, resolution, { limit, recursionAvailable }) {
      const badVersion = query.edns !== undefined && query.edns.version > 0;
      const { answers, authorities, servers, additionals } = resolution;
      query.question.copy(buffer, headerBytes);
      const start = headerBytes + query.question.length;
      const space = limit - optBytes(query);
      let at: number | undefined = start;
      const add = (from: number | undefined, records: readonly ResolvedRecord[]) =>
        from === undefined || badVersion
          ? from
          : writeRecords(buffer, from, space, query.name, records);
      at = add(add(at, answers), authorities);
      // Nobody asked for them: where they do not fit, nothing is missing (RFC 2181, 9).
      const withServers = add(at, servers);
      at = withServers ?? at;
      // Addresses of servers within the zone that they serve belong to a referral (RFC 9471): all of it or TC.
      at = add(at, additionals);
      const isWhole = at !== undefined && !badVersion;
      const authorityCount = authorities.length + (withServers === undefined ? 0 : servers.length);
      const end = writeOpt(buffer, at ?? start, query, resolution, badVersion);
      buffer.writeUInt16BE(query.id, 0);
      buffer[2] =
        0x80 |
        (resolution.authoritative ? 4 : 0) |
        (at === undefined ? 2 : 0) |
        (query.recursionDesired ? 1 : 0);
      buffer[3] = (recursionAvailable ? 0x80 : 0) | (badVersion ? 0 : codes[resolution.code]);
      buffer.writeUInt16BE(1, 4);
      buffer.writeUInt16BE(isWhole ? answers.length : 0, 6);
      buffer.writeUInt16BE(isWhole ? authorityCount : 0, 8);
      buffer.writeUInt16BE((isWhole ? additionals.length : 0) + (query.edns ? 1 : 0), 10);
      return Buffer.from(buffer.subarray(0, end));
    },
  };
}

/** Where the records end; undefined when they do not fit. */
function writeRecords(
  buffer: Buffer,
  start: number,
  limit: number,
  asked: string,
  records: readonly ResolvedRecord[],
): number | undefined {
  let at = start;
  let [before, pointer]: [string, number | undefined] = [asked, pointerTo(asked, asked)];
  for (const { name, type, ttl, rdata } of records) {
    if (name !== before) [before, pointer] = [name, pointerTo(name, asked)];
    const own = pointer === undefined ? wireName(labelsOf(name)) : undefined;
    const size = (own?.length ?? 2) + 10 + rdata.length;
    if (at + size > limit) return undefined;
    if (own) at += own.copy(buffer, at);
    else at = buffer.writeUInt16BE(pointer!, at);
    at = buffer.writeUInt16BE(type, at);
    at = buffer.writeUInt16BE(1, at);
    at = buffer.writeUInt32BE(ttl, at);
    at = buffer.writeUInt16BE(rdata.length, at);
    at += rdata.copy(buffer, at);
  }
  return at;
}

/** To a name that ends the question's, which stands right behind the header; undefined for others (RFC 1035, 4.1.4). */
function pointerTo(name: string, asked: string): number | undefined {
  if (name === asked) return 0xc0_00 + headerBytes;
  if (name === "." || !asked.endsWith(`.${name}`)) return undefined;
  const before = asked.slice(0, asked.length - name.length);
  // An escape stands for one byte, each dot for the length of a label.
  return 0xc0_00 + headerBytes + before.replaceAll(/\\\d{3}/g, "x").length;
}

function optBytes({ edns }: Query): number {
  if (!edns) return 0;
  return edns.subnet ? 11 + 8 + edns.subnet.bytes.length : 11;
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
  at = buffer.writeUInt32BE((badVersion ? 0x01_00_00_00 : 0) + (edns.dnssecOk ? 0x80_00 : 0), at);
  const { subnet } = edns;
  if (!subnet) return buffer.writeUInt16BE(0, at);
  const { family, prefix, bytes } = subnet;
  at = buffer.writeUInt16BE(8 + bytes.length, at);
  at = buffer.writeUInt16BE(8, at);
  at = buffer.writeUInt16BE(4 + bytes.length, at);
  at = buffer.writeUInt16BE(family, at);
  at = buffer.writeUInt8(prefix, at);
  // For which clients the answer holds: those of the subnet, or all (RFC 7871).
  at = buffer.writeUInt8(isLocal ? prefix : 0, at);
  return at + bytes.copy(buffer, at);
}
