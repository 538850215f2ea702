/** Primary keys: what they must be, and where they put an item in the store. */
import { createHash } from "node:crypto";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Key, KeyPart } from "#store/store.ts";
import { contentOf, typeOf, type Item } from "../attribute-values.ts";
import { emptyKeyValue, invalidParameter, validation } from "../errors.ts";
import { limits } from "../limits.ts";
import { parseNumber, sortableNumber } from "../numbers.ts";
import type { KeySchema, TableRecord } from "../records.ts";

/** A key attribute as a part of a store key; its order is DynamoDB's order. */
export function keyPart(value: AttributeValue): KeyPart {
  const type = typeOf(value);
  if (type === "N") return sortableNumber(parseNumber(contentOf<string>(value)));
  // As bytes, so that the order is that of UTF-8 for strings and binaries alike.
  return type === "S" ? contentOf<string>(value) : contentOf<Uint8Array>(value);
}

/** The parts of an item's primary key, in store order. */
export function primaryKey({ key }: Pick<TableRecord, "key">, item: Item): Key {
  const partition = keyPart(item[key.partition]!);
  return key.sort === undefined ? [partition] : [partition, keyPart(item[key.sort]!)];
}

/**
 * An index entry's place: the index's key, then a digest of the item's own, for several items may
 * share an index key.
 */
export function indexPlace(index: KeySchema, table: TableRecord, item: Item): Key {
  const own = createHash("sha1");
  for (const part of primaryKey(table, item)) {
    const bytes = Buffer.from(typeof part === "string" ? part : (part as Uint8Array));
    own.update(`${bytes.length}:`).update(bytes);
  }
  const parts = [keyPart(item[index.partition]!)];
  if (index.sort !== undefined) parts.push(keyPart(item[index.sort]!));
  return [...parts, own.digest()];
}

/** True when the item has all of an index's key attributes, of the right types. */
export function belongsToIndex(index: KeySchema, table: TableRecord, item: Item): boolean {
  return [index.partition, index.sort].every((name) => {
    if (name === undefined) return true;
    const value = item[name];
    return value !== undefined && typeOf(value) === table.attributeTypes[name];
  });
}

/** The key attributes of an item. */
export function keyOf({ key }: Pick<TableRecord, "key">, item: Item): Item {
  const own: Item = { [key.partition]: item[key.partition]! };
  if (key.sort !== undefined) own[key.sort] = item[key.sort]!;
  return own;
}

/** Throws ValidationException unless the given key is exactly the table's. */
export function checkKey(table: TableRecord, key: Item | undefined): Item {
  const { partition, sort } = table.key;
  const given = key ?? {};
  const [first, second] = [given[partition], sort === undefined ? undefined : given[sort]];
  const count = sort === undefined ? 1 : 2;
  if (Object.keys(given).length !== count || !first || (sort !== undefined && !second))
    throw keyMismatch();
  checkKeyAttribute(table, partition, first);
  if (sort !== undefined) checkKeyAttribute(table, sort, second!);
  return given;
}

function checkKeyAttribute(table: TableRecord, name: string, value: AttributeValue): void {
  if (typeOf(value) !== table.attributeTypes[name]) throw keyMismatch();
  checkKeyValue(table, name, value);
}

const keyMismatch = () => validation("The provided key element does not match the schema");

/** Throws ValidationException unless the item has the table's key and sound index keys. */
export function checkItemKeys(table: TableRecord, item: Item): void {
  for (const name of keyNames(table)) {
    const value = item[name];
    if (!value) throw invalidParameter(`Missing the key ${name} in the item`);
    const wanted = table.attributeTypes[name];
    if (typeOf(value) !== wanted)
      throw invalidParameter(
        `Type mismatch for key ${name} expected: ${wanted} actual: ${typeOf(value)}`,
      );
    checkKeyValue(table, name, value);
  }
  for (const { name: index, key } of table.indexes)
    for (const name of [key.partition, key.sort]) {
      const value = name === undefined ? undefined : item[name];
      if (!value || name === undefined || keyNames(table).includes(name)) continue;
      const wanted = table.attributeTypes[name];
      if (typeOf(value) !== wanted)
        throw invalidParameter(
          `Type mismatch for Index Key ${name} Expected: ${wanted} Actual: ${typeOf(value)} IndexName: ${index}`,
        );
      if (isEmpty(value))
        throw emptyKeyValue(
          `A value specified for a secondary index key is not supported. The AttributeValue for a key attribute cannot contain an empty string value. IndexName: ${index}, IndexKey: ${name}`,
        );
    }
}

function checkKeyValue({ key }: TableRecord, name: string, value: AttributeValue): void {
  if (isEmpty(value))
    throw emptyKeyValue(
      `The AttributeValue for a key attribute cannot contain an empty ${typeOf(value) === "B" ? "binary" : "string"} value. Key: ${name}`,
    );
  const most = name === key.partition ? limits.partitionKeyBytes : limits.sortKeyBytes;
  const content = contentOf<string | Uint8Array>(value);
  const size = typeof content === "string" ? Buffer.byteLength(content) : content.length;
  if (size > most)
    throw invalidParameter(
      name === key.partition
        ? "Size of hashkey has exceeded the maximum size limit of2048 bytes"
        : "Aggregated size of all range keys has exceeded the size limit of 1024 bytes",
    );
}

function isEmpty(value: AttributeValue): boolean {
  const content = contentOf<string | Uint8Array>(value);
  return typeOf(value) !== "N" && content.length === 0;
}

function keyNames({ key }: TableRecord): string[] {
  return key.sort === undefined ? [key.partition] : [key.partition, key.sort];
}
