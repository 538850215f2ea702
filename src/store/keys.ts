/**
 * Tuples as bytes whose plain byte order is the tuples' order. The bytes are kept as a string of
 * one character per byte: such strings compare, hash and slice faster than byte arrays do.
 */
import type { CollectionPath, Key, KeyPart } from "./store.ts";

/** A key's bytes, one character (U+0000 to U+00FF) each. */
export type EncodedKey = string;

const bytesMark = "\x01";
const stringMark = "\x02";
const numberMark = "\x03";

/** The longest key, encoded, that every store takes. */
export const longestKeyBytes = 3900;

/** Before every key, and behind every key. */
export const lowestKey = "\x01";
const highestKey = "\xff";

export class KeyTooLongError extends RangeError {}

// oxlint-disable-next-line no-control-regex
const needsEncoding = /[^\x01-\x7f]/;
const number = Buffer.alloc(8);

/**
 * Encodes a tuple. Strings (as UTF-8) and byte strings end in 0, a 0 inside becomes 0 255; numbers
 * are doubles with flipped sign bits. A prefix tuple is a prefix of bytes. Encoded keys stay as they are.
 */
export function encodeKey(key: Key | EncodedKey): EncodedKey {
  return typeof key === "string" ? key : encodeUnder("", key);
}

/** The key of a prefix's parts, encoded already, and of those that follow them. */
export function encodeUnder(prefix: EncodedKey, parts: Key): EncodedKey {
  let encoded = prefix;
  for (const part of parts) {
    if (typeof part === "string")
      encoded += needsEncoding.test(part)
        ? `${stringMark}${encodeText(part)}\0`
        : `${stringMark}${part}\0`;
    else if (typeof part === "number") encoded += numberMark + encodeNumber(part);
    else encoded += `${bytesMark}${escape(latin1(part))}\0`;
  }
  if (encoded.length > longestKeyBytes)
    throw new KeyTooLongError(`a key of ${encoded.length} bytes; ${longestKeyBytes} is the most`);
  return encoded;
}

function encodeText(text: string): string {
  if (!text.isWellFormed()) throw new TypeError("a lone surrogate cannot be part of a key");
  return escape(Buffer.from(text, "utf8").toString("latin1"));
}

function escape(bytes: string): string {
  return bytes.includes("\0") ? bytes.replaceAll("\0", "\0\xff") : bytes;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}

function encodeNumber(value: number): string {
  if (Number.isNaN(value)) throw new TypeError("NaN cannot be part of a key");
  // Minus zero is zero.
  number.writeDoubleBE(value === 0 ? 0 : value, 0);
  if (number[0]! & 0x80) for (let index = 0; index < 8; index++) number[index]! ^= 0xff;
  else number[0]! ^= 0x80;
  return number.toString("latin1");
}

export function decodeKey(encoded: EncodedKey): Key {
  const key: KeyPart[] = [];
  let offset = 0;
  while (offset < encoded.length) {
    const mark = encoded[offset++];
    if (mark === numberMark) {
      key.push(decodeNumber(encoded, offset));
      offset += 8;
      continue;
    }
    let end = encoded.indexOf("\0", offset);
    let escapes = 0;
    while (encoded[end + 1] === highestKey) {
      escapes++;
      end = encoded.indexOf("\0", end + 2);
    }
    const part = encoded.slice(offset, end);
    const bytes = escapes === 0 ? part : part.replaceAll("\0\xff", "\0");
    if (mark === bytesMark) key.push(Uint8Array.from(Buffer.from(bytes, "latin1")));
    else
      key.push(needsEncoding.test(bytes) ? Buffer.from(bytes, "latin1").toString("utf8") : bytes);
    offset = end + 1;
  }
  return key;
}

/** What a collection's keys have behind account and region. */
export function encodePath(path: CollectionPath): string {
  return encodeKey(path);
}

/**
 * The path of the collection that a record's key belongs to, as `encodePath` writes it; another text
 * when the key is none of a collection. It reads no more of the key than that.
 */
export function pathOf(encoded: EncodedKey): string {
  const regionAt = encoded.indexOf("\0") + 1;
  const start = encoded.indexOf("\0", regionAt) + 1;
  const kindAt = encoded.indexOf("\0", start) + 1;
  return encoded.slice(start, encoded.indexOf("\0", kindAt) + 1);
}

function decodeNumber(encoded: EncodedKey, offset: number): number {
  number.write(encoded.slice(offset, offset + 8), 0, "latin1");
  if (number[0]! & 0x80) number[0]! ^= 0x80;
  else for (let index = 0; index < 8; index++) number[index]! ^= 0xff;
  return number.readDoubleBE(0);
}

/** Behind every key that starts with the prefix and before every other key that is greater. */
export function endOfPrefix(prefix: EncodedKey): EncodedKey {
  // Every mark is below 255, and a 0 that ends a part is never followed by it.
  return prefix + highestKey;
}
