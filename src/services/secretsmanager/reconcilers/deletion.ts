/** Deletes secrets when the time in which they could be restored is over. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { forgetSecret } from "../forget.ts";
import { secrets } from "../records.ts";

export function deletionReconciler({ store, clock }: Environment): Reconciler {
  return {
    name: "secretsmanager/deletion",
    watches: [{ collection: secrets }],
    reconcile: (scope, id) =>
      store.transaction(async (tx) => {
        const secret = await secrets.get(tx, scope, ...id);
        if (secret?.deletionMs === undefined) return;
        const leftMs = secret.deletionMs - clock.now();
        if (leftMs > 0) return { afterMs: leftMs };
        await forgetSecret(tx, scope, secret);
        return;
      }),
  };
}
