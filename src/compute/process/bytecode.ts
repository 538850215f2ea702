/** Writes eBPF: registers, memory, jumps by label, calls of the kernel. */
import { word } from "./socket-address.ts";

export type Size = 8 | 16 | 32 | 64;
type Register = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10;
type Condition = "eq" | "ne" | "gt" | "ge" | "lt" | "le" | "set";

const sizeBits: Record<Size, number> = { 8: 0x10, 16: 0x08, 32: 0x00, 64: 0x18 };
const conditionBits: Record<Condition, number> = {
  eq: 0x10,
  ne: 0x50,
  gt: 0x20,
  ge: 0x30,
  lt: 0xa0,
  le: 0xb0,
  set: 0x40,
};

/** The frame pointer: what a program keeps lies below it. */
const frame = 10;

interface Slot {
  code: number;
  target: number;
  source: number;
  offset: number;
  value: number;
  label?: string;
  /** A name in place of the value, for who loads the program. */
  place?: string;
}

/** All instructions in order; `hex` gives the program, with {NAME} in place of the maps' descriptors. */
export class Bytecode {
  readonly #slots: Slot[] = [];
  readonly #labels = new Map<string, number>();
  #fresh = 0;

  /** A label that nobody else uses. */
  fresh(): string {
    return `:${this.#fresh++}`;
  }

  label(name: string): this {
    this.#labels.set(name, this.#slots.length);
    return this;
  }

  set(target: Register, value: number): this {
    return this.#add({ code: 0xb4, target, value: value | 0 });
  }

  copy(target: Register, source: Register): this {
    return this.#add({ code: 0xbf, target, source });
  }

  /** An address within the frame. */
  frameAddress(target: Register, offset: number): this {
    return this.copy(target, frame).#add({ code: 0x07, target, value: offset });
  }

  and(target: Register, value: number): this {
    return this.#add({ code: 0x54, target, value: value | 0 });
  }

  or(target: Register, source: Register): this {
    return this.#add({ code: 0x4f, target, source });
  }

  shiftLeft(target: Register, bits: number): this {
    return this.#add({ code: 0x64, target, value: bits });
  }

  add(target: Register, source: Register): this {
    return this.#add({ code: 0x0f, target, source });
  }

  addNumber(target: Register, value: number): this {
    return this.#add({ code: 0x07, target, value });
  }

  /** From network to the processor's order, 16 bits. */
  swap16(target: Register): this {
    return this.#add({ code: 0xdc, target, value: 16 });
  }

  load(size: Size, target: Register, source: Register, offset: number): this {
    return this.#add({ code: 0x61 | sizeBits[size], target, source, offset });
  }

  store(size: Size, target: Register, offset: number, source: Register): this {
    return this.#add({ code: 0x63 | sizeBits[size], target, source, offset });
  }

  storeNumber(size: Size, target: Register, offset: number, value: number): this {
    return this.#add({ code: 0x62 | sizeBits[size], target, offset, value: value | 0 });
  }

  /** Adds 64 bits in memory as one step. */
  addInMemory(target: Register, offset: number, source: Register): this {
    return this.#add({ code: 0xdb, target, source, offset });
  }

  /** Compares the lower 32 bits, without a sign. */
  when(target: Register, condition: Condition, value: number, label: string): this {
    return this.#add({ code: 0x06 | conditionBits[condition], target, value: value | 0, label });
  }

  /** The same of all 64 bits, for addresses and results. */
  whenWhole(target: Register, condition: Condition, value: number, label: string): this {
    return this.#add({ code: 0x05 | conditionBits[condition], target, value: value | 0, label });
  }

  /** Jumps when an address lies beyond another, as what a program may read is bounded. */
  whenBeyond(target: Register, source: Register, label: string): this {
    return this.#add({ code: 0x2d, target, source, label });
  }

  go(label: string): this {
    return this.#add({ code: 0x05, label });
  }

  call(helper: number): this {
    return this.#add({ code: 0x85, value: helper });
  }

  map(target: Register, place: string): this {
    return this.#add({ code: 0x18, target, source: 1, place }).#add({ code: 0 });
  }

  /** The address of the value of a map that has only one. */
  mapValue(target: Register, place: string, offset: number): this {
    return this.#add({ code: 0x18, target, source: 2, place }).#add({ code: 0, value: offset });
  }

  leave(value: number): this {
    return this.#add({ code: 0xb7, target: 0, value }).#add({ code: 0x95 });
  }

  hex(): string {
    return this.#slots.map((slot, index) => this.#encode(slot, index)).join("");
  }

  #encode({ code, target, source, offset, value, label, place }: Slot, index: number): string {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt8(code, 0);
    bytes.writeUInt8((source << 4) | target, 1);
    bytes.writeInt16LE(label === undefined ? offset : this.#distance(label, index), 2);
    bytes.writeInt32LE(value, 4);
    const hex = bytes.toString("hex");
    return place === undefined ? hex : `${hex.slice(0, 8)}{${place}}`;
  }

  #distance(label: string, index: number): number {
    const target = this.#labels.get(label);
    if (target === undefined) throw new RangeError(`there is no label ${label}`);
    return target - index - 1;
  }

  #add(slot: Partial<Slot> & { code: number }): this {
    this.#slots.push({ target: 0, source: 0, offset: 0, value: 0, ...slot });
    return this;
  }
}

/** The base and mask of "10.0.0.0/16", as `word` has them. */
export function maskedWord(cidr: string): { base: number; mask: number } {
  const [address, bits] = cidr.split("/") as [string, string | undefined];
  const length = bits === undefined ? 32 : Number(bits);
  const mask = Buffer.alloc(4);
  mask.writeUInt32BE(length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0);
  const maskWord = mask.readInt32LE();
  return { base: word(address) & maskWord, mask: maskWord };
}
