/** Answers with whole items, which are sent on without being looked into. */
import { crc32 } from "node:zlib";
import type { ConsumedCapacity } from "@aws-sdk/client-dynamodb";
import { JsonOutput } from "#wire/json/json-output.ts";
import type { Item } from "../attribute-values.ts";
import { itemToJson } from "./item-json.ts";
import { answerStart, type StoredItem } from "./stored-item.ts";

/** GetItem's. */
export class ItemOutput extends JsonOutput {
  readonly #stored: StoredItem;
  readonly ConsumedCapacity: ConsumedCapacity | undefined;

  constructor(stored: StoredItem, capacity: ConsumedCapacity | undefined) {
    super();
    this.#stored = stored;
    this.ConsumedCapacity = capacity;
  }

  get Item(): Item {
    return this.#stored.item;
  }

  toJson(): string {
    const { ConsumedCapacity: capacity } = this;
    const more = capacity ? `,"ConsumedCapacity":${JSON.stringify(capacity)}` : "";
    return `${answerStart}${this.#stored.json}${more}}`;
  }

  override checksum(): number | undefined {
    const { checksum } = this.#stored;
    return this.ConsumedCapacity || checksum === undefined ? undefined : crc32("}", checksum);
  }
}

/** Query's and Scan's. */
export class PageOutput extends JsonOutput {
  readonly #found: readonly StoredItem[];
  readonly ScannedCount: number;
  readonly LastEvaluatedKey: Item | undefined;
  readonly ConsumedCapacity: ConsumedCapacity | undefined;

  constructor(
    found: readonly StoredItem[],
    scanned: number,
    lastKey: Item | undefined,
    capacity: ConsumedCapacity | undefined,
  ) {
    super();
    this.#found = found;
    this.ScannedCount = scanned;
    this.LastEvaluatedKey = lastKey;
    this.ConsumedCapacity = capacity;
  }

  get Count(): number {
    return this.#found.length;
  }

  get Items(): Item[] {
    return this.#found.map(({ item }) => item);
  }

  toJson(): string {
    const { Count, ScannedCount, LastEvaluatedKey: lastKey } = this;
    const items = this.#found.map(({ json }) => json).join(",");
    const last = lastKey ? `"LastEvaluatedKey":${itemToJson(lastKey)},` : "";
    return `{${capacityJson(this.ConsumedCapacity)}"Count":${Count},"Items":[${items}],${last}"ScannedCount":${ScannedCount}}`;
  }
}

function capacityJson(capacity: ConsumedCapacity | undefined): string {
  return capacity ? `"ConsumedCapacity":${JSON.stringify(capacity)},` : "";
}
