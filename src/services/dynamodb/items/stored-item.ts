import { crc32 } from "node:zlib";
import type { Item } from "../attribute-values.ts";
import type { EarlierItemRecord, ItemRecord } from "../records.ts";
import { itemOfJson, itemToJson } from "./item-json.ts";

/** What GetItem's answer has before the item. Checksums that are stored begin with it. */
export const answerStart = '{"Item":';
const startChecksum = crc32(answerStart);

/** An item of the store. Many are only sent on, so it is read when someone looks into it. */
export class StoredItem {
  readonly json: string;
  readonly sizeBytes: number;
  /** Of `answerStart` and the JSON, if it is known. */
  readonly checksum: number | undefined;
  #item: Item | undefined;

  private constructor([sizeBytes, json, checksum]: ItemRecord, item: Item | undefined) {
    this.json = json;
    this.sizeBytes = sizeBytes;
    this.checksum = checksum;
    this.#item = item;
  }

  static of(item: Item, sizeBytes: number): StoredItem {
    return new StoredItem([sizeBytes, itemToJson(item)], item);
  }

  static from(record: ItemRecord | EarlierItemRecord): StoredItem {
    if ("item" in record) return StoredItem.of(record.item, record.sizeBytes);
    return new StoredItem(record, undefined);
  }

  get item(): Item {
    return (this.#item ??= itemOfJson(this.json));
  }

  get record(): ItemRecord {
    return [this.sizeBytes, this.json];
  }

  get recordWithChecksum(): ItemRecord {
    return [this.sizeBytes, this.json, crc32(this.json, startChecksum)];
  }
}
