/** Writes CBOR (RFC 8949): definite lengths, numbers as small as they can be without loss. */

export function writeCbor(value: unknown): Buffer {
  const pieces: Uint8Array[] = [];
  write(value, pieces);
  return Buffer.concat(pieces);
}

const majors = { unsigned: 0, negative: 1, bytes: 2, text: 3, list: 4, map: 5, tag: 6 };
const epochTime = 1;

function write(value: unknown, pieces: Uint8Array[]): void {
  switch (typeof value) {
    case "string": {
      const text = Buffer.from(value);
      pieces.push(head(majors.text, text.length), text);
      return;
    }
    case "number":
      pieces.push(
        Number.isSafeInteger(value) && !Object.is(value, -0) ? integer(value) : double(value),
      );
      return;
    case "bigint":
      pieces.push(value >= 0n ? head(majors.unsigned, value) : head(majors.negative, -1n - value));
      return;
    case "boolean":
      pieces.push(Buffer.of(value ? 0xf5 : 0xf4));
      return;
    default:
      if (value === null || value === undefined) pieces.push(Buffer.of(0xf6));
      else writeObject(value, pieces);
  }
}

function writeObject(value: object, pieces: Uint8Array[]): void {
  if (value instanceof Uint8Array) {
    pieces.push(head(majors.bytes, value.length), value);
  } else if (value instanceof Date) {
    pieces.push(head(majors.tag, epochTime));
    write(value.getTime() / 1000, pieces);
  } else if (Array.isArray(value)) {
    pieces.push(head(majors.list, value.length));
    for (const item of value) write(item, pieces);
  } else {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    pieces.push(head(majors.map, entries.length));
    for (const [key, item] of entries) {
      write(key, pieces);
      write(item, pieces);
    }
  }
}

function integer(value: number): Buffer {
  return value >= 0 ? head(majors.unsigned, value) : head(majors.negative, -1 - value);
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = 0xfb;
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

function head(major: number, argument: number | bigint): Buffer {
  const first = major << 5;
  if (argument < 24) return Buffer.of(first | Number(argument));
  if (argument < 0x100) return Buffer.of(first | 24, Number(argument));
  if (argument < 0x1_0000) {
    const bytes = Buffer.alloc(3);
    bytes[0] = first | 25;
    bytes.writeUInt16BE(Number(argument), 1);
    return bytes;
  }
  if (argument < 0x1_0000_0000) {
    const bytes = Buffer.alloc(5);
    bytes[0] = first | 26;
    bytes.writeUInt32BE(Number(argument), 1);
    return bytes;
  }
  const bytes = Buffer.alloc(9);
  bytes[0] = first | 27;
  bytes.writeBigUInt64BE(BigInt(argument), 1);
  return bytes;
}
