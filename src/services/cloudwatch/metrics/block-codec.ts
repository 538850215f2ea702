/**
 * Datapoints of one series as bytes: a map of occupied slots, then each datapoint's kind, then the
 * numbers in the narrowest form that holds them exactly. One minute of a plain gauge takes 8 bytes.
 */
import type { Aggregate } from "./aggregate.ts";

/** Slot number to what is known of it. */
export type Slots = Map<number, Aggregate>;

const version = 1;
/** Kinds: what the numbers of a datapoint are. */
const single = 0;
const repeated = 1;
const statistics = 2;
const distributed = 3;
/**
 * Widths, in the kind's upper bits, the narrowest first that can hold a number exactly: integers, which
 * stand for so many decimals, and floating numbers.
 */
interface Width {
  code: number;
  bytes: number;
  /** Integers are divided by this; undefined for floating numbers. */
  divisor?: number;
}
const doubles: Width = { code: 0, bytes: 8 };
const floats: Width = { code: 1, bytes: 4 };
const octets: Width = { code: 3, bytes: 1, divisor: 1 };
const scaled = (code: number, bytes: number, decimals: number): Width[] =>
  Array.from({ length: decimals + 1 }, (_, index) => ({
    code: code + index,
    bytes,
    divisor: 10 ** index,
  }));
const shorts = [{ code: 2, bytes: 2, divisor: 1 }, ...scaled(16, 2, 3).slice(1)];
const longs = scaled(4, 4, 6);
const widths = [octets, ...shorts, ...longs, floats, doubles];
const widthOfCode = new Map(widths.map((width) => [width.code, width]));
/** Set in the flags when every datapoint has the same kind byte. */
const uniform = 1;

/**
 * With `whole`, the number of a full block's slots, a block that is being filled takes as many bytes as
 * it will need: records that grow leave their pages half empty, where some of ever the same size fill them.
 */
export function encodeBlock(slots: Slots, whole = 0): Uint8Array {
  const order = [...slots.keys()].sort((a, b) => a - b);
  const points = order.map((slot) => toPoint(slots.get(slot)!));
  if (points.every(({ kind }) => (kind & 3) === single)) {
    // One width for all of a plain gauge saves the list of kinds.
    const common = widthOf(points.flatMap(({ numbers }) => numbers));
    for (const point of points) point.kind = single | (common.code << 2);
  }
  const last = order.at(-1) ?? 0;
  const mapBytes = (last >> 3) + 1;
  const same = points.every((point) => point.kind === points[0]!.kind);
  let size = 4 + mapBytes + (same ? 1 : points.length);
  for (const { kind, numbers } of points)
    size += numbers.length * widthOfKind(kind).bytes + ((kind & 3) === distributed ? 2 : 0);
  const bytes = Buffer.alloc(Math.max(size, expectedSize(size, slots.size, last + 1, whole)));
  bytes[0] = version;
  bytes[1] = same ? uniform : 0;
  bytes.writeUInt16LE(mapBytes, 2);
  for (const slot of order) bytes[4 + (slot >> 3)]! |= 1 << (slot & 7);
  let offset = 4 + mapBytes;
  for (const point of same ? points.slice(0, 1) : points) bytes[offset++] = point.kind;
  for (const { kind, numbers } of points) {
    if ((kind & 3) === distributed) offset = bytes.writeUInt16LE(numbers.length, offset);
    const width = widthOfKind(kind);
    for (const value of numbers) offset = writeNumber(bytes, value, width, offset);
  }
  return bytes;
}

/** So many values say how large the others will be. */
const enoughValues = 4;

/** The size of the block once it is full; 0 where it has holes, of which it may keep as many. */
function expectedSize(size: number, values: number, passed: number, whole: number): number {
  if (values < enoughValues || values < passed * 0.9) return 0;
  const mapBytes = (passed >> 3) + 1;
  const perValue = (size - 4 - mapBytes) / values;
  return 4 + (whole >> 3) + 1 + Math.ceil(perValue * whole);
}

/** Only the slots from `from` to before `to`: an alarm wants five of a thousand. */
export function decodeBlock(
  stored: Uint8Array,
  from = 0,
  to: number = Number.POSITIVE_INFINITY,
): Slots {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.length);
  if (bytes[0] !== version) throw new Error(`a block of datapoints of unknown version ${bytes[0]}`);
  const mapBytes = bytes.readUInt16LE(2);
  const kindsAt = 4 + mapBytes;
  const same = (bytes[1]! & uniform) !== 0;
  let index = 0;
  let offset = kindsAt + (same ? 1 : countSlots(bytes, mapBytes));
  const slots: Slots = new Map();
  for (let place = 0; place < mapBytes; place++) {
    const map = bytes[4 + place]!;
    for (let bit = 0; map >> bit !== 0; bit++) {
      if (((map >> bit) & 1) === 0) continue;
      const slot = place * 8 + bit;
      if (slot >= to) return slots;
      const kind = bytes[kindsAt + (same ? 0 : index)]!;
      index++;
      let length = fixedLengths[kind & 3]!;
      if ((kind & 3) === distributed) {
        length = bytes.readUInt16LE(offset);
        offset += 2;
      }
      const width = widthOfKind(kind);
      if (slot >= from)
        slots.set(slot, fromPoint(kind & 3, readNumbers(bytes, width, offset, length)));
      offset += length * width.bytes;
    }
  }
  return slots;
}

/** Numbers of a datapoint of each kind; a distribution says itself how many it has. */
const fixedLengths = [1, 2, 4, 0];

function countSlots(bytes: Buffer, mapBytes: number): number {
  let count = 0;
  for (let place = 0; place < mapBytes; place++)
    for (let map = bytes[4 + place]!; map !== 0; map &= map - 1) count++;
  return count;
}

function readNumbers(bytes: Buffer, width: Width, offset: number, length: number): number[] {
  const numbers: number[] = [];
  for (let number = 0; number < length; number++)
    numbers.push(readNumber(bytes, width, offset + number * width.bytes));
  return numbers;
}

interface Point {
  kind: number;
  numbers: number[];
}

function toPoint(aggregate: Aggregate): Point {
  const { count, sum, min, max, distribution, opaque } = aggregate;
  let kind = single;
  let numbers = [min];
  if (opaque) {
    kind = statistics;
    numbers = [count, sum, min, max];
  } else if (distribution) {
    kind = distributed;
    numbers = [sum, min, max, ...[...distribution].flat()];
  } else if (count !== 1) {
    kind = repeated;
    numbers = [min, count];
  }
  return { kind: kind | (widthOf(numbers).code << 2), numbers };
}

function fromPoint(kind: number, numbers: number[]): Aggregate {
  if (kind === statistics) {
    const [count, sum, min, max] = numbers as [number, number, number, number];
    return { count, sum, min, max, opaque: true };
  }
  if (kind !== distributed) {
    const [value, count = 1] = numbers as [number, number?];
    return { count, sum: value * count, min: value, max: value };
  }
  const [sum, min, max] = numbers as [number, number, number];
  const distribution = new Map<number, number>();
  let count = 0;
  for (let index = 3; index < numbers.length; index += 2) {
    distribution.set(numbers[index]!, numbers[index + 1]!);
    count += numbers[index + 1]!;
  }
  return { count, sum, min, max, distribution };
}

function widthOfKind(kind: number): Width {
  return widthOfCode.get(kind >> 2) ?? doubles;
}

/** The narrowest width that holds all of the numbers exactly. */
function widthOf(numbers: readonly number[]): Width {
  for (const width of widths) if (numbers.every((value) => holds(value, width))) return width;
  return doubles;
}

/** Minus zero survives only as a floating number; nobody can tell it from zero in a metric. */
function holds(value: number, width: Width): boolean {
  const { bytes, divisor } = width;
  if (divisor === undefined) return width === doubles || Math.fround(value) === value;
  const whole = Math.round(value * divisor);
  if (whole / divisor !== value) return false;
  const most = 2 ** (8 * bytes - 1);
  return width === octets ? whole >= 0 && whole < 256 : whole >= -most && whole < most;
}

function writeNumber(bytes: Buffer, value: number, width: Width, offset: number): number {
  const { bytes: size, divisor } = width;
  if (width === doubles) return bytes.writeDoubleLE(value, offset);
  if (divisor === undefined) return bytes.writeFloatLE(value, offset);
  const whole = Math.round(value * divisor);
  if (width === octets) return bytes.writeUInt8(whole, offset);
  return size === 2 ? bytes.writeInt16LE(whole, offset) : bytes.writeInt32LE(whole, offset);
}

function readNumber(bytes: Buffer, width: Width, offset: number): number {
  const { bytes: size, divisor } = width;
  if (width === doubles) return bytes.readDoubleLE(offset);
  if (divisor === undefined) return bytes.readFloatLE(offset);
  if (width === octets) return bytes.readUInt8(offset);
  return (size === 2 ? bytes.readInt16LE(offset) : bytes.readInt32LE(offset)) / divisor;
}
