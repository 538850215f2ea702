/** Deletes keys when their waiting time is over, with their aliases and grants, and rotates what is due. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { dayMs } from "../limits.ts";
import { isReplica, regionOf, shareWithRelated } from "../multi-region.ts";
import { aliases, grants, keys, type KeyRecord } from "../records.ts";
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
          await leaveRelated(tx, scope, key, nowMs);
          return;
        }
        if (key.materialExpiresMs !== undefined) {
          if (nowMs < key.materialExpiresMs) return { afterMs: key.materialExpiresMs - nowMs };
          const { materialExpiresMs: _over, ...kept } = key;
          keys.put(tx, scope, [key.keyId], { ...kept, material: [] });
          return;
        }
        if (!key.rotation) return;
        // Disabled keys are not rotated; that is made up for when they are enabled.
        if (!key.enabled) return;
        if (nowMs < key.rotation.nextMs) return { afterMs: key.rotation.nextMs - nowMs };
        const rotated = rotate(key, random, nowMs, "AUTOMATIC");
        keys.put(tx, scope, [key.keyId], rotated);
        const { material, rotations } = rotated;
        await shareWithRelated(tx, scope, key, { material, rotations });
        return { afterMs: key.rotation.periodDays * 86_400_000 };
      }),
  };
}

/** Its related keys no longer name it; a primary that waited for its last replica begins to count. */
async function leaveRelated(
  tx: Transaction,
  scope: Scope,
  key: KeyRecord,
  nowMs: number,
): Promise<void> {
  if (!key.regions || !isReplica(key)) return;
  const { primary, replicas } = key.regions;
  const left = { primary, replicas: replicas.filter((region) => region !== regionOf(key)) };
  await shareWithRelated(tx, scope, key, { regions: left });
  const place = { account: scope.account, region: primary };
  const found = await keys.get(tx, place, key.keyId);
  if (found?.deletionWaitsDays === undefined || left.replicas.length > 0) return;
  const { deletionWaitsDays: days, ...waiting } = found;
  keys.put(tx, place, [key.keyId], { ...waiting, deletionMs: nowMs + days * dayMs });
}
