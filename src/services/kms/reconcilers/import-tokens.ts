import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { dayMs } from "../limits.ts";
import { importTokens } from "../records.ts";

/** Forgets import tokens a day after they have expired; until then they say that they have. */
export function importTokenReconciler({ store, clock }: Environment): Reconciler {
  return {
    name: "kms/import-token",
    watches: [{ collection: importTokens }],
    reconcile: (scope, id) =>
      store.transaction(async (tx) => {
        const token = await importTokens.get(tx, scope, ...id);
        if (!token) return;
        const leftMs = token.validToMs + dayMs - clock.now();
        if (leftMs > 0) return { afterMs: leftMs };
        importTokens.delete(tx, scope, ...id);
        return;
      }),
  };
}
