/** What a write costs in indexes. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes */
import { isDeepStrictEqual } from "node:util";
import { sizeOfItem, type Item } from "../attribute-values.ts";
import { limits } from "../limits.ts";
import { belongsToIndex } from "../items/keys.ts";
import { projectForIndex } from "../items/storage.ts";
import type { IndexRecord, TableRecord } from "../records.ts";

/** Units by index name; indexes that the write did not touch are left out. */
export function indexWriteUnits(
  table: TableRecord,
  before: Item | undefined,
  after: Item | undefined,
): Record<string, number> {
  const units: Record<string, number> = {};
  for (const index of table.indexes) {
    const cost = unitsOf(index, table, before, after);
    if (cost > 0) units[index.name] = cost;
  }
  return units;
}

function unitsOf(
  index: IndexRecord,
  table: TableRecord,
  before: Item | undefined,
  after: Item | undefined,
): number {
  const entryOf = (item: Item | undefined) =>
    item && belongsToIndex(index.key, table, item)
      ? projectForIndex(index, table, item)
      : undefined;
  const [was, is] = [entryOf(before), entryOf(after)];
  const cost = (entry: Item) => Math.max(1, Math.ceil(sizeOfItem(entry) / limits.writeUnitBytes));
  if (!was || !is) return was || is ? cost((was ?? is)!) : 0;
  const { partition, sort } = index.key;
  const moved = [partition, sort].some(
    (name) => name !== undefined && !isDeepStrictEqual(was[name], is[name]),
  );
  // Another index key: the old entry is deleted and a new one put.
  if (moved) return cost(was) + cost(is);
  return isDeepStrictEqual(was, is) ? 0 : Math.max(cost(was), cost(is));
}
