/** Tuples as bytes whose plain byte order is the tuples' order. */
import type { Key, KeyPart } from "./store.ts";

const endMark = 0;
const bytesMark = 1;
const stringMark = 2;
const numberMark = 3;
const escaped = 0xff;

/** The longest key, encoded, that every store takes. */
export const longestKeyBytes = 3900;

export class KeyTooLongError extends RangeError {}

/**
 * Encodes a tuple. Strings and byte strings end in 0, a 0 inside becomes 0 255; numbers are
 * doubles with flipped sign bits. A prefix tuple is a prefix of bytes.
 */
export function encodeKey(key: Key): Buffer {
  let size = 0;
  for (const part of key) size += typeof part === "number" ? 9 : 2 + lengthOf(part);
  const target = Buffer.allocUnsafe(size);
  let offset = 0;
  for (const part of key) {
    if (typeof part === "number") {
      target[offset++] = numberMark;
      offset = writeNumber(target, part, offset);
    } else if (typeof part === "string" && !part.includes("\0")) {
      target[offset++] = stringMark;
      offset += target.write(part, offset, "utf8");
      target[offset++] = endMark;
    } else {
      target[offset++] = typeof part === "string" ? stringMark : bytesMark;
      for (const byte of typeof part === "string" ? Buffer.from(part) : part) {
        target[offset++] = byte;
        if (byte === 0) target[offset++] = escaped;
      }
      target[offset++] = endMark;
    }
  }
  if (offset > longestKeyBytes)
    throw new KeyTooLongError(`a key of ${offset} bytes; ${longestKeyBytes} is the most`);
  return target.subarray(0, offset);
}

function lengthOf(part: string | Uint8Array): number {
  if (typeof part === "string") {
    const length = Buffer.byteLength(part);
    return part.includes("\0") ? length * 2 : length;
  }
  return part.length * 2;
}

function writeNumber(target: Buffer, value: number, offset: number): number {
  target.writeDoubleBE(value === 0 ? 0 : value, offset);
  if (target[offset]! & 0x80)
    for (let index = offset; index < offset + 8; index++) target[index]! ^= 0xff;
  else target[offset]! ^= 0x80;
  return offset + 8;
}

export function decodeKey(bytes: Uint8Array): Key {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const key: KeyPart[] = [];
  let offset = 0;
  while (offset < source.length) {
    const mark = source[offset++];
    if (mark === numberMark) {
      const copy = Buffer.from(source.subarray(offset, offset + 8));
      if (copy[0]! & 0x80) copy[0]! ^= 0x80;
      else for (let index = 0; index < 8; index++) copy[index]! ^= 0xff;
      key.push(copy.readDoubleBE(0));
      offset += 8;
      continue;
    }
    let end = source.indexOf(endMark, offset);
    let escapes = 0;
    while (source[end + 1] === escaped) {
      escapes++;
      end = source.indexOf(endMark, end + 2);
    }
    const part = escapes === 0 ? source.subarray(offset, end) : unescape(source, offset, end);
    key.push(mark === stringMark ? part.toString("utf8") : Uint8Array.from(part));
    offset = end + 1;
  }
  return key;
}

function unescape(source: Buffer, start: number, end: number): Buffer {
  const bytes: number[] = [];
  for (let index = start; index < end; index++) {
    bytes.push(source[index]!);
    if (source[index] === 0) index++;
  }
  return Buffer.from(bytes);
}

/** The first key that no longer starts with the prefix. */
export function endOfPrefix(prefix: Uint8Array): Buffer {
  // Every mark is below 255, so no key continues a prefix with this byte.
  return Buffer.concat([prefix, Uint8Array.of(0xff)]);
}
