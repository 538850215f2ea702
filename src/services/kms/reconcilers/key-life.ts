/** Deletes keys when their waiting time is over, with their aliases and grants, and rotates what is due. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { aliases, grants, keys } from "../records.ts";
import { rotate } from "../rotate.ts";

export function keyLifeReconciler({ store, clock, random }: Environment): Reconciler {
  return {
    name: "kms/key-life",
    watches: [{ collection: keys }],
    reconcile: (scope, id) =>
      store.transaction(async (tx) => {
        const key = await keys.get(tx, scope, ...id);
        const nowMs = clock.now();
        if (!key) return;
        if (key.deletionMs !== undefined) {
          if (nowMs < key.deletionMs) return { afterMs: key.deletionMs - nowMs };
          keys.delete(tx, scope, key.keyId);
          for (const alias of await aliases.list(tx, scope))
            if (alias.keyId === key.keyId) aliases.delete(tx, scope, alias.aliasName);
          for (const grant of await grants.list(tx, scope, [key.keyId]))
            grants.delete(tx, scope, key.keyId, grant.grantId);
          return;
        }
        if (!key.rotation) return;
        // Disabled keys are not rotated; that is made up for when they are enabled.
        if (!key.enabled) return;
        if (nowMs < key.rotation.nextMs) return { afterMs: key.rotation.nextMs - nowMs };
        keys.put(tx, scope, [key.keyId], rotate(key, random, nowMs, "AUTOMATIC"));
        return { afterMs: key.rotation.periodDays * 86_400_000 };
      }),
  };
}
