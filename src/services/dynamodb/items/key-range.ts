/** Key conditions as bounds in the store. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Key, KeyPart } from "#store/store.ts";
import { compareValues, typeOf } from "../attribute-values.ts";
import { invalidParameter, validation } from "../errors.ts";
import type { KeyCondition, SortCondition } from "../expressions/parse-key-condition.ts";
import {
  indexEntries,
  items,
  type IndexRecord,
  type KeySchema,
  type TableRecord,
} from "../records.ts";
import { keyPart } from "./keys.ts";
import type { TablePlace } from "./storage.ts";

/** Sorts behind every key that continues the same parts. */
const end = Number.POSITIVE_INFINITY;

/** The first key of a table's items or an index's entries, without their own keys. */
function baseKey({ scope, table }: TablePlace, index: IndexRecord | undefined): Key {
  return index ? indexEntries.key(scope, table.id, index.name) : items.key(scope, table.id);
}

export interface KeyRange {
  from: Key;
  to: Key;
}

export function wholeRange(place: TablePlace, index: IndexRecord | undefined): KeyRange {
  const base = baseKey(place, index);
  return { from: base, to: [...base, end] };
}

export function rangeOf(
  place: TablePlace,
  index: IndexRecord | undefined,
  condition: KeyCondition,
): KeyRange {
  const schema = index?.key ?? place.table.key;
  checkTypes(place.table, schema, condition);
  const partition = [...baseKey(place, index), keyPart(condition.partition)];
  if (!condition.sort) return { from: partition, to: [...partition, end] };
  return sortRange(partition, condition.sort);
}

function sortRange(partition: Key, sort: SortCondition): KeyRange {
  const at = (value: AttributeValue): Key => [...partition, keyPart(value)];
  const behind = (value: AttributeValue): Key => [...at(value), end];
  if (sort.kind === "between") {
    if ((compareValues(sort.low, sort.high) ?? 0) > 0)
      throw validation(
        `Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {${typeOf(sort.low)}}, upper bound operand: AttributeValue: {${typeOf(sort.high)}}`,
      );
    return { from: at(sort.low), to: behind(sort.high) };
  }
  if (sort.kind === "begins")
    return { from: at(sort.prefix), to: [...partition, successor(sort.prefix)] };
  const { comparator, value } = sort;
  if (comparator === "=") return { from: at(value), to: behind(value) };
  if (comparator === "<") return { from: partition, to: at(value) };
  if (comparator === "<=") return { from: partition, to: behind(value) };
  return { from: comparator === ">" ? behind(value) : at(value), to: [...partition, end] };
}

/** Behind everything that begins with the prefix. */
function successor(prefix: AttributeValue): KeyPart {
  const part = keyPart(prefix);
  if (typeof part === "string") return `${part}\u{10FFFF}`;
  const bytes = Buffer.concat([part as Uint8Array, Buffer.alloc(1, 0xff)]);
  return bytes;
}

function checkTypes(
  table: TableRecord,
  schema: KeySchema,
  { partition, sort }: KeyCondition,
): void {
  const check = (name: string | undefined, value: AttributeValue) => {
    if (name !== undefined && typeOf(value) !== table.attributeTypes[name])
      throw invalidParameter("Condition parameter type does not match schema type");
  };
  check(schema.partition, partition);
  if (!sort) return;
  if (sort.kind === "compare") check(schema.sort, sort.value);
  else if (sort.kind === "between") {
    check(schema.sort, sort.low);
    check(schema.sort, sort.high);
  } else {
    check(schema.sort, sort.prefix);
    if (typeOf(sort.prefix) === "N")
      throw validation(
        "Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N",
      );
  }
}
