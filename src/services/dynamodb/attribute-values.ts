/** Attribute values: their types, sizes, order and what may be stored. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { invalidParameter, validation } from "./errors.ts";
import { limits } from "./limits.ts";
import { compareNumbers, normalizeNumber } from "./numbers.ts";

export type Item = Record<string, AttributeValue>;
export type TypeName = "S" | "N" | "B" | "SS" | "NS" | "BS" | "M" | "L" | "NULL" | "BOOL";

/** The one member that an attribute value has. */
export function typeOf(value: AttributeValue): TypeName {
  for (const name in value)
    if ((value as unknown as Record<string, unknown>)[name] !== undefined) return name as TypeName;
  throw validation(
    "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
  );
}

/** As `typeOf`, for values that no one has looked at yet. */
function soleTypeOf(value: AttributeValue): TypeName {
  const type = typeOf(value);
  for (const name in value)
    if (name !== type && (value as unknown as Record<string, unknown>)[name] !== undefined)
      throw validation(
        "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes",
      );
  return type;
}

/** What an item's attribute holds, whatever its type. */
export function contentOf<T = unknown>(value: AttributeValue): T {
  return (value as unknown as Record<string, unknown>)[typeOf(value)] as T;
}

/**
 * A value as it is stored: numbers canonical, sets without an order of their own. Throws
 * ValidationException for what DynamoDB does not store.
 */
export function normalizeValue(value: AttributeValue, level = 1): AttributeValue {
  if (level > limits.nestingLevels)
    throw validation("Nesting Levels have exceeded supported limits");
  const type = soleTypeOf(value);
  switch (type) {
    case "S":
    case "B":
    case "BOOL":
      return value;
    case "N":
      return { N: normalizeNumber(contentOf<string>(value)) };
    case "NULL":
      if (!contentOf<boolean>(value))
        throw invalidParameter("Null attribute value types must have the value of true");
      return value;
    case "SS":
      return { SS: checkSet(contentOf<string[]>(value), "string", (text) => text) };
    case "NS":
      return {
        NS: checkSet(contentOf<string[]>(value).map(normalizeNumber), "number", (text) => text),
      };
    case "BS":
      return {
        BS: checkSet(contentOf<Uint8Array[]>(value), "binary", (bytes) =>
          Buffer.from(bytes).toString("latin1"),
        ),
      };
    case "L":
      return { L: contentOf<AttributeValue[]>(value).map((one) => normalizeValue(one, level + 1)) };
    case "M":
      return { M: normalizeItem(contentOf<Item>(value), level + 1) };
  }
}

export function normalizeItem(item: Item, level = 1): Item {
  const normalized: Item = {};
  for (const name in item) normalized[name] = normalizeValue(item[name]!, level);
  return normalized;
}

function checkSet<T>(members: T[], kind: string, identity: (member: T) => string): T[] {
  if (members.length === 0) throw invalidParameter(`An ${kind} set  may not be empty`);
  if (new Set(members.map(identity)).size < members.length)
    throw invalidParameter("Input collection contains duplicates.");
  return members;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
export function sizeOfItem(item: Item): number {
  let size = 0;
  for (const name in item) size += Buffer.byteLength(name) + sizeOfValue(item[name]!);
  return size;
}

function sizeOfValue(value: AttributeValue): number {
  const type = typeOf(value);
  switch (type) {
    case "S":
      return Buffer.byteLength(contentOf<string>(value));
    case "N":
      return sizeOfNumber(contentOf<string>(value));
    case "B":
      return contentOf<Uint8Array>(value).length;
    case "BOOL":
    case "NULL":
      return 1;
    case "SS":
      return total(contentOf<string[]>(value), (text) => Buffer.byteLength(text));
    case "NS":
      return total(contentOf<string[]>(value), sizeOfNumber);
    case "BS":
      return total(contentOf<Uint8Array[]>(value), (bytes) => bytes.length);
    case "L":
      return 3 + total(contentOf<AttributeValue[]>(value), (one) => 1 + sizeOfValue(one));
    case "M": {
      const map = contentOf<Item>(value);
      return 3 + sizeOfItem(map) + Object.keys(map).length;
    }
  }
}

function total<T>(members: readonly T[], size: (member: T) => number): number {
  return members.reduce((sum, member) => sum + size(member), 0);
}

/** About one byte per two significant digits and one more. */
function sizeOfNumber(text: string): number {
  const digits = text
    .replace(/[eE].*$/, "")
    .replace(/[^\d]/g, "")
    .replace(/^0+|0+$/g, "");
  return Math.ceil(digits.length / 2) + 1 + (text.startsWith("-") ? 1 : 0);
}

export function equalValues(a: AttributeValue, b: AttributeValue): boolean {
  const type = typeOf(a);
  if (type !== typeOf(b)) return false;
  switch (type) {
    case "N":
      return compareNumbers(contentOf<string>(a), contentOf<string>(b)) === 0;
    case "B":
      return Buffer.compare(contentOf<Uint8Array>(a), contentOf<Uint8Array>(b)) === 0;
    case "SS":
    case "NS":
    case "BS":
      return equalSets(a, b);
    case "L": {
      const [left, right] = [contentOf<AttributeValue[]>(a), contentOf<AttributeValue[]>(b)];
      return (
        left.length === right.length && left.every((one, index) => equalValues(one, right[index]!))
      );
    }
    case "M": {
      const [left, right] = [contentOf<Item>(a), contentOf<Item>(b)];
      const names = Object.keys(left);
      return (
        names.length === Object.keys(right).length &&
        names.every((name) => right[name] !== undefined && equalValues(left[name]!, right[name]))
      );
    }
    default:
      return contentOf(a) === contentOf(b);
  }
}

function equalSets(a: AttributeValue, b: AttributeValue): boolean {
  const [left, right] = [setMembers(a), setMembers(b)];
  return (
    left.length === right.length &&
    left.every((one) => right.some((other) => equalValues(one, other)))
  );
}

/** A set's members as values of their own; of a list, its elements. */
export function setMembers(value: AttributeValue): AttributeValue[] {
  const type = typeOf(value);
  if (type === "L") return contentOf<AttributeValue[]>(value);
  const single = type[0] as "S" | "N" | "B";
  return contentOf<unknown[]>(value).map(
    (member) => ({ [single]: member }) as unknown as AttributeValue,
  );
}

/** Undefined when the two cannot be put in order: other types, or types without one. */
export function compareValues(a: AttributeValue, b: AttributeValue): number | undefined {
  const type = typeOf(a);
  if (type !== typeOf(b)) return undefined;
  switch (type) {
    case "N":
      return compareNumbers(contentOf<string>(a), contentOf<string>(b));
    case "S":
      return Buffer.compare(Buffer.from(contentOf<string>(a)), Buffer.from(contentOf<string>(b)));
    case "B":
      return Buffer.compare(contentOf<Uint8Array>(a), contentOf<Uint8Array>(b));
    default:
      return undefined;
  }
}
