/** Whether an account's images and snapshots may be shared with everybody, by region. */
import { collection, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";

export type SharingBlock = "block-all-sharing" | "block-new-sharing";

/** ["image"] or ["snapshot"]; no record where nothing is blocked. */
const blocks = collection<{ state: SharingBlock }>("ec2", "public-access-block");

export async function sharingBlock(
  tx: Transaction,
  scope: Scope,
  of: "image" | "snapshot",
): Promise<SharingBlock | undefined> {
  return (await blocks.get(tx, scope, of))?.state;
}

export function setSharingBlock(
  tx: Transaction,
  scope: Scope,
  of: "image" | "snapshot",
  state: SharingBlock | undefined,
): void {
  if (state === undefined) blocks.delete(tx, scope, of);
  else blocks.put(tx, scope, [of], { state });
}
