/**
 * Frames of application/vnd.amazon.eventstream: lengths, headers, payload, two checksums.
 * https://smithy.io/2.0/aws/amazon-eventstream.html
 */
import { crc32 } from "node:zlib";

/** Strings travel as strings, numbers as 32 or 64 bits, Dates as timestamps. */
export type EventHeader = string | number | boolean | Date | Uint8Array;

const preludeBytes = 12;
const checksumBytes = 4;

export function encodeFrame(headers: Record<string, EventHeader>, payload: Uint8Array): Buffer {
  const head = Buffer.concat(
    Object.entries(headers).map(([name, value]) => encodeHeader(name, value)),
  );
  const size = preludeBytes + head.length + payload.length + checksumBytes;
  const frame = Buffer.alloc(size);
  frame.writeUInt32BE(size, 0);
  frame.writeUInt32BE(head.length, 4);
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8);
  head.copy(frame, preludeBytes);
  frame.set(payload, preludeBytes + head.length);
  frame.writeUInt32BE(crc32(frame.subarray(0, size - checksumBytes)), size - checksumBytes);
  return frame;
}

const types = { true: 0, false: 1, integer: 4, long: 5, bytes: 6, string: 7, timestamp: 8 };

function encodeHeader(name: string, value: EventHeader): Buffer {
  const label = Buffer.from(name);
  return Buffer.concat([Buffer.of(label.length), label, encodeValue(value)]);
}

function encodeValue(value: EventHeader): Buffer {
  if (typeof value === "boolean") return Buffer.of(value ? types.true : types.false);
  if (typeof value === "string") return sized(types.string, Buffer.from(value));
  if (value instanceof Uint8Array) return sized(types.bytes, value);
  if (typeof value === "number" && value === (value | 0)) {
    const integer = Buffer.alloc(5);
    integer[0] = types.integer;
    integer.writeInt32BE(value, 1);
    return integer;
  }
  const long = Buffer.alloc(9);
  long[0] = typeof value === "number" ? types.long : types.timestamp;
  long.writeBigInt64BE(BigInt(typeof value === "number" ? value : value.getTime()), 1);
  return long;
}

function sized(type: number, bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(3);
  head[0] = type;
  head.writeUInt16BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}
