import type { Scope } from "#store/collection.ts";
import type { Store, Transaction } from "#store/store.ts";
import { ensureDefaultVpc } from "./default-vpc.ts";

/** A transaction in a region whose default VPC is there unless it was deleted. */
export function inNetwork<T>(
  context: Scope & { store: Store },
  run: (tx: Transaction) => Promise<T>,
): Promise<T> {
  return context.store.transaction(async (tx) => {
    await ensureDefaultVpc(tx, context);
    return run(tx);
  });
}
