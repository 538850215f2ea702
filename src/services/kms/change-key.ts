import type { Transaction } from "#store/store.ts";
import type { KmsContext } from "./context.ts";
import { findKey } from "./find.ts";
import { keys, type KeyRecord } from "./records.ts";

/** Finds a key by id or ARN and writes what becomes of it. Aliases are refused, as AWS does where keys are changed. */
export function changeKey(
  context: KmsContext,
  name: string,
  change: (key: KeyRecord, tx: Transaction) => KeyRecord | Promise<KeyRecord>,
): Promise<KeyRecord> {
  return context.store.transaction(async (tx) => {
    const key = await findKey(tx, context, name, { aliasAllowed: false });
    const changed = await change(key, tx);
    keys.put(tx, context, [key.keyId], changed);
    return changed;
  });
}
