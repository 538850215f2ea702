/** Reads CBOR (RFC 8949), as far as Smithy's RPC protocol uses it. */
import { serializationError } from "../json/decode.ts";
import { dateOfSeconds } from "../timestamp.ts";

const deepest = 512;

export function readCbor(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.at !== bytes.length) throw serializationError("There is data behind the CBOR value");
  return value;
}

const breakCode = Symbol("break");

class Reader {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(depth: number): unknown {
    const value = this.#item(depth);
    if (value === breakCode) throw serializationError("CBOR ends a collection that never began");
    return value;
  }

  #item(depth: number): unknown {
    if (depth > deepest) throw serializationError("The input is nested too deeply");
    const [initial] = this.#take(1) as unknown as [number];
    const major = initial >> 5;
    const detail = initial & 31;
    if (major === 7) return this.#special(detail);
    if (detail === 31) return this.#indefinite(major, depth);
    const argument = this.#argument(detail);
    switch (major) {
      case 0:
        return narrow(argument);
      case 1:
        return typeof argument === "bigint" ? narrow(-1n - argument) : -1 - argument;
      case 2:
        return new Uint8Array(this.#take(Number(argument)));
      case 3:
        return this.#take(Number(argument)).toString("utf8");
      case 4: {
        const count = this.#count(argument);
        const list: unknown[] = [];
        for (let index = 0; index < count; index++) list.push(this.value(depth + 1));
        return list;
      }
      case 5: {
        const count = this.#count(argument);
        const map: Record<string, unknown> = {};
        for (let index = 0; index < count; index++) this.#entry(map, this.value(depth + 1), depth);
        return map;
      }
      default:
        return tagged(Number(argument), this.value(depth + 1));
    }
  }

  #entry(map: Record<string, unknown>, key: unknown, depth: number): void {
    if (typeof key !== "string") throw serializationError("CBOR map keys must be text");
    const value = this.value(depth + 1);
    if (key === "__proto__")
      Object.defineProperty(map, key, { value, enumerable: true, configurable: true });
    else map[key] = value;
  }

  #indefinite(major: number, depth: number): unknown {
    const items: unknown[] = [];
    const map: Record<string, unknown> = {};
    for (;;) {
      const item = this.#item(depth + 1);
      if (item === breakCode) break;
      if (major === 5) this.#entry(map, item, depth);
      else items.push(item);
    }
    if (major === 2 && items.every((item) => item instanceof Uint8Array))
      return new Uint8Array(Buffer.concat(items));
    if (major === 3 && items.every((item) => typeof item === "string")) return items.join("");
    if (major === 4) return items;
    if (major === 5) return map;
    throw serializationError("CBOR with an indefinite length where none is allowed");
  }

  #special(detail: number): unknown {
    switch (detail) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
      case 23:
        return null;
      case 25:
        return halfFloat(this.#take(2).readUInt16BE());
      case 26:
        return this.#take(4).readFloatBE();
      case 27:
        return this.#take(8).readDoubleBE();
      case 31:
        return breakCode;
      default:
        throw serializationError(`CBOR has an unknown simple value ${detail}`);
    }
  }

  #argument(detail: number): number | bigint {
    if (detail < 24) return detail;
    if (detail === 24) return this.#take(1).readUInt8();
    if (detail === 25) return this.#take(2).readUInt16BE();
    if (detail === 26) return this.#take(4).readUInt32BE();
    if (detail === 27) return this.#take(8).readBigUInt64BE();
    throw serializationError(`CBOR has an unknown length ${detail}`);
  }

  /** Of items, which take at least a byte each: a false count must not make us reserve memory. */
  #count(argument: number | bigint): number {
    const count = Number(argument);
    if (count > this.#bytes.length - this.at) throw serializationError("The CBOR value is cut off");
    return count;
  }

  #take(count: number): Buffer {
    const end = this.at + count;
    if (end > this.#bytes.length) throw serializationError("The CBOR value is cut off");
    const taken = this.#bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }
}

function narrow(value: number | bigint): number | bigint {
  return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

const tags = { epochTime: 1, positiveBig: 2, negativeBig: 3, decimalFraction: 4 };

function tagged(tag: number, value: unknown): unknown {
  if (tag === tags.epochTime && typeof value === "number") {
    const date = dateOfSeconds(value);
    if (date) return date;
    throw serializationError("Unexpected timestamp");
  }
  if (tag === tags.positiveBig) return bigOf(value);
  if (tag === tags.negativeBig) return -1n - bigOf(value);
  if (tag === tags.decimalFraction && Array.isArray(value)) {
    const [exponent, mantissa] = value as [number, number | bigint];
    return Number(`${mantissa}e${exponent}`);
  }
  return value;
}

function bigOf(bytes: unknown): bigint {
  if (!(bytes instanceof Uint8Array)) throw serializationError("A big number must be bytes");
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 0x3ff;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
