import type { Item } from "../attribute-values.ts";
import type { EarlierItemRecord, ItemRecord } from "../records.ts";
import { itemOfJson, itemToJson } from "./item-json.ts";

/** An item of the store. Many are only sent on, so it is read when someone looks into it. */
export class StoredItem {
  readonly json: string;
  readonly sizeBytes: number;
  #item: Item | undefined;

  private constructor(json: string, sizeBytes: number, item: Item | undefined) {
    this.json = json;
    this.sizeBytes = sizeBytes;
    this.#item = item;
  }

  static of(item: Item, sizeBytes: number): StoredItem {
    return new StoredItem(itemToJson(item), sizeBytes, item);
  }

  static from(record: ItemRecord | EarlierItemRecord): StoredItem {
    if ("item" in record) return StoredItem.of(record.item, record.sizeBytes);
    return new StoredItem(record[1], record[0], undefined);
  }

  get item(): Item {
    return (this.#item ??= itemOfJson(this.json));
  }

  get record(): ItemRecord {
    return [this.sizeBytes, this.json];
  }
}
