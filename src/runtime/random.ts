import { randomBytes } from "node:crypto";

/** Where randomness comes from: the system, or a seed that makes a run repeatable. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  bytes(count: number): Uint8Array;
  /** Lower-case hexadecimal digits. */
  hex(digits: number): string;
  /** Characters drawn from an alphabet. */
  string(length: number, alphabet: string): string;
  /** A version 4 UUID. */
  uuid(): string;
  pick<T>(items: readonly T[]): T;
}

function fromBytes(bytes: (count: number) => Uint8Array): Random {
  const hex = (digits: number) => {
    const { buffer, byteOffset, length } = bytes((digits + 1) >> 1);
    const text = Buffer.from(buffer, byteOffset, length).toString("hex");
    return digits & 1 ? text.slice(0, digits) : text;
  };
  const next = () => {
    const drawn = bytes(6);
    return Buffer.from(drawn.buffer, drawn.byteOffset, 6).readUIntBE(0, 6) / 2 ** 48;
  };
  return {
    next,
    bytes,
    hex,
    string: (length, alphabet) => {
      let text = "";
      for (const byte of bytes(length)) text += alphabet[byte % alphabet.length];
      return text;
    },
    uuid: () => {
      const digits = hex(32);
      const variant = "89ab"[Number.parseInt(digits[16]!, 16) & 3];
      return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-4${digits.slice(13, 16)}-${variant}${digits.slice(17, 20)}-${digits.slice(20)}`;
    },
    pick: (items) => {
      if (items.length === 0) throw new RangeError("nothing to pick from");
      return items[Math.floor(next() * items.length)]!;
    },
  };
}

/** Randomness from the system, drawn in blocks. */
export function createSystemRandom(): Random {
  let block = Buffer.alloc(0);
  let offset = 0;
  /** Where so many fresh bytes begin in the block. */
  const draw = (count: number): number => {
    if (offset + count > block.length) {
      block = randomBytes(blockBytes);
      offset = 0;
    }
    offset += count;
    return offset - count;
  };
  const random = fromBytes((count) => {
    if (count > mostFromBlock) return randomBytes(count);
    const at = draw(count);
    return block.subarray(at, at + count);
  });
  return {
    ...random,
    // Requests and messages need these two. They read the block where it is: a view of it would cost more.
    hex(digits) {
      const count = (digits + 1) >> 1;
      if (count > mostFromBlock) return random.hex(digits);
      const at = draw(count);
      const text = block.toString("hex", at, at + count);
      return digits & 1 ? text.slice(0, digits) : text;
    },
    uuid() {
      const at = draw(16);
      return formatUuid(block, at);
    },
  };
}

const blockBytes = 8192;
const mostFromBlock = 1024;

const hexDigits = Buffer.from("0123456789abcdef");
const uuid = Buffer.alloc(36, "-");
/** Where each of the sixteen bytes stands in a UUID's text. */
const uuidPlaces = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

/** Sixteen random bytes as a version 4 UUID (RFC 9562, 5.4). */
function formatUuid(bytes: Uint8Array, from: number): string {
  for (let index = 0; index < 16; index++) {
    let byte = bytes[from + index]!;
    if (index === 6) byte = (byte & 0x0f) | 0x40;
    else if (index === 8) byte = (byte & 0x3f) | 0x80;
    const at = uuidPlaces[index]!;
    uuid[at] = hexDigits[byte >> 4]!;
    uuid[at + 1] = hexDigits[byte & 15]!;
  }
  return uuid.toString("latin1");
}

/** Repeatable randomness: splitmix32 over the seed. Not for secrets that leave a test. */
export function createSeededRandom(seed: number): Random {
  let state = seed >>> 0;
  const word = () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return fromBytes((count) => {
    const bytes = Buffer.alloc(count);
    for (let index = 0; index < count; index++) bytes[index] = word() >>> 24;
    return bytes;
  });
}
