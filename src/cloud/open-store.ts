import { createMemoryStore } from "#store/memory.ts";
import type { Store } from "#store/store.ts";
import type { CloudOptions } from "./options.ts";

/** The store that the options ask for: LMDB in the data directory, or memory. */
export async function openStore({ dataDir, durability }: CloudOptions): Promise<Store> {
  if (dataDir === undefined) return createMemoryStore();
  const { openLmdbStore } = await import("#store/lmdb.ts");
  return openLmdbStore({ path: dataDir, durability });
}
