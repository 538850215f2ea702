import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { secrets, values, type SecretRecord } from "./records.ts";

/** The secret and every value it had. */
export async function forgetSecret(
  tx: Transaction,
  scope: Scope,
  { name, arn }: SecretRecord,
): Promise<void> {
  secrets.delete(tx, scope, name);
  for (const { id } of await values.entries(tx, scope, [arn])) values.delete(tx, scope, ...id);
}
