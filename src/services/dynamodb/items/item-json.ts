/** Items as the JSON that clients send and are sent: that of their values, binaries in base64. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { contentOf, typeOf, type Item } from "../attribute-values.ts";

export function itemToJson(item: Item): string {
  return JSON.stringify(hasBinary(item) ? mapItem(item, toBase64) : item);
}

/** Of what `itemToJson` gave. */
export function itemOfJson(json: string): Item {
  const item = JSON.parse(json) as Item;
  // A quotation mark inside of a text has a backslash before it, so these are binaries and nothing else.
  const binary = json.includes('"B":"') || json.includes('"BS":["');
  return binary ? mapItem(item, fromBase64) : item;
}

function hasBinary(item: Item): boolean {
  for (const name in item) if (isBinary(item[name]!)) return true;
  return false;
}

function isBinary(value: AttributeValue): boolean {
  switch (typeOf(value)) {
    case "B":
    case "BS":
      return true;
    case "L":
      return contentOf<AttributeValue[]>(value).some(isBinary);
    case "M":
      return hasBinary(contentOf<Item>(value));
    default:
      return false;
  }
}

/** A binary in one of its two forms, as the other. */
type Change = (binary: unknown) => unknown;

const toBase64: Change = (bytes) => {
  const { buffer, byteOffset, byteLength } = bytes as Uint8Array;
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
};

const fromBase64: Change = (text) => new Uint8Array(Buffer.from(text as string, "base64"));

function mapItem(item: Item, change: Change): Item {
  const entries = Object.entries(item).map(([name, value]) => [name, mapValue(value, change)]);
  return Object.fromEntries(entries) as Item;
}

function mapValue(value: AttributeValue, change: Change): unknown {
  switch (typeOf(value)) {
    case "B":
      return { B: change(contentOf(value)) };
    case "BS":
      return { BS: contentOf<unknown[]>(value).map(change) };
    case "L":
      return { L: contentOf<AttributeValue[]>(value).map((one) => mapValue(one, change)) };
    case "M":
      return { M: mapItem(contentOf<Item>(value), change) };
    default:
      return value;
  }
}
