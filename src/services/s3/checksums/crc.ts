/** Cyclic redundancy checks that Node does not have: CRC-32C and CRC-64/NVME, reflected, eight bytes a step. */

/** Polynomials, reflected. https://reveng.sourceforge.io/crc-catalogue/all.htm */
const castagnoli = 0x82f63b78;
const nvme = 0x9a6c9329ac4bc9b5n;

/** tables[n][byte]: what a byte does n bytes further on. */
function createTables32(polynomial: number): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    tables[byte] = value;
  }
  for (let index = 256; index < tables.length; index++) {
    const before = tables[index - 256]!;
    tables[index] = (before >>> 8) ^ tables[before & 0xff]!;
  }
  return tables;
}

interface Tables64 {
  low: Int32Array;
  high: Int32Array;
}

function createTables64(polynomial: bigint): Tables64 {
  const low = new Int32Array(8 * 256);
  const high = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ polynomial : value >> 1n;
    low[byte] = Number(BigInt.asIntN(32, value));
    high[byte] = Number(BigInt.asIntN(32, value >> 32n));
  }
  for (let index = 256; index < low.length; index++) {
    const beforeLow = low[index - 256]!;
    const beforeHigh = high[index - 256]!;
    low[index] = ((beforeLow >>> 8) | (beforeHigh << 24)) ^ low[beforeLow & 0xff]!;
    high[index] = (beforeHigh >>> 8) ^ high[beforeLow & 0xff]!;
  }
  return { low, high };
}

const tables32 = createTables32(castagnoli);

/** Continues a CRC-32C; 0 starts one. */
export function crc32c(bytes: Uint8Array, before = 0): number {
  const t = tables32;
  const end = bytes.length - (bytes.length % 8);
  let crc = ~before;
  let at = 0;
  for (; at < end; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    crc =
      t[1792 + (crc & 0xff)]! ^
      t[1536 + ((crc >>> 8) & 0xff)]! ^
      t[1280 + ((crc >>> 16) & 0xff)]! ^
      t[1024 + (crc >>> 24)]! ^
      t[768 + bytes[at + 4]!]! ^
      t[512 + bytes[at + 5]!]! ^
      t[256 + bytes[at + 6]!]! ^
      t[bytes[at + 7]!]!;
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ t[(crc ^ bytes[at]!) & 0xff]!;
  return ~crc >>> 0;
}

/** Made at the first use: few objects carry this checksum when the SDKs' own is CRC-32. */
let tables64: Tables64 | undefined;

/** A CRC-64/NVME under way: two halves, so that no step needs a BigInt. */
export class Crc64Nvme {
  #low = -1;
  #high = -1;

  update(bytes: Uint8Array): void {
    const { low: l, high: h } = (tables64 ??= createTables64(nvme));
    const end = bytes.length - (bytes.length % 8);
    let low = this.#low;
    let high = this.#high;
    let at = 0;
    for (; at < end; at += 8) {
      low ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      high ^=
        bytes[at + 4]! | (bytes[at + 5]! << 8) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 24);
      const a = 1792 + (low & 0xff);
      const b = 1536 + ((low >>> 8) & 0xff);
      const c = 1280 + ((low >>> 16) & 0xff);
      const d = 1024 + (low >>> 24);
      const e = 768 + (high & 0xff);
      const f = 512 + ((high >>> 8) & 0xff);
      const g = 256 + ((high >>> 16) & 0xff);
      const i = high >>> 24;
      low = l[a]! ^ l[b]! ^ l[c]! ^ l[d]! ^ l[e]! ^ l[f]! ^ l[g]! ^ l[i]!;
      high = h[a]! ^ h[b]! ^ h[c]! ^ h[d]! ^ h[e]! ^ h[f]! ^ h[g]! ^ h[i]!;
    }
    for (; at < bytes.length; at++) {
      const index = (low ^ bytes[at]!) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ l[index]!;
      high = (high >>> 8) ^ h[index]!;
    }
    this.#low = low;
    this.#high = high;
  }

  digest(): Buffer {
    const bytes = Buffer.alloc(8);
    bytes.writeInt32BE(~this.#high, 0);
    bytes.writeInt32BE(~this.#low, 4);
    return bytes;
  }
}

interface Polynomial {
  bits: bigint;
  reflected: bigint;
}

const polynomials: Readonly<Record<string, Polynomial>> = {
  CRC32: { bits: 32n, reflected: 0xedb88320n },
  CRC32C: { bits: 32n, reflected: BigInt(castagnoli) },
  CRC64NVME: { bits: 64n, reflected: nvme },
};

/**
 * The CRC of two stretches one after the other, from the CRC of each and the length of the second:
 * how S3 knows a whole object's CRC from its parts'.
 */
export function combineCrc(
  algorithm: "CRC32" | "CRC32C" | "CRC64NVME",
  first: Buffer,
  second: Buffer,
  secondBytes: number,
): Buffer {
  const polynomial = polynomials[algorithm]!;
  // The first CRC moves on by as many zero bytes as the second stretch is long.
  let power = BigInt(secondBytes) * 8n;
  let square = 1n << (polynomial.bits - 2n);
  let shift = 1n << (polynomial.bits - 1n);
  for (; power > 0n; power >>= 1n) {
    if (power & 1n) shift = multiply(square, shift, polynomial);
    square = multiply(square, square, polynomial);
  }
  const moved = multiply(shift, BigInt(`0x${first.toString("hex")}`), polynomial);
  const combined = moved ^ BigInt(`0x${second.toString("hex")}`);
  return Buffer.from(combined.toString(16).padStart(first.length * 2, "0"), "hex");
}

/** Multiplies polynomials over GF(2), modulo the CRC's; the highest bit is the constant term. */
function multiply(a: bigint, b: bigint, { bits, reflected }: Polynomial): bigint {
  let product = 0n;
  for (let mask = 1n << (bits - 1n); mask > 0n; mask >>= 1n) {
    if (a & mask) product ^= b;
    b = b & 1n ? (b >> 1n) ^ reflected : b >> 1n;
  }
  return product;
}
