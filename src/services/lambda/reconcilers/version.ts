/** Brings versions from Pending to Active, and ends environments whose version is not as it was. */
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { keyOf } from "../environments/pool.ts";
import { versions } from "../records.ts";
import type { LambdaEnvironment } from "../state.ts";

export function versionReconciler(env: LambdaEnvironment): Reconciler {
  const { codes, pool } = env.state;
  const unpack = async (sha256: string): Promise<string | undefined> => {
    try {
      await codes.unpacked(sha256);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  const settle = async (scope: Scope, id: readonly [string, string]) => {
    const before = await env.store.transaction((tx) => versions.get(tx, scope, ...id));
    if (!before || (before.state !== "Pending" && before.update !== "InProgress")) return;
    const reason = await unpack(before.code.sha256);
    await env.store.transaction(async (tx) => {
      const now = await versions.get(tx, scope, ...id);
      if (now?.revisionId !== before.revisionId) return;
      versions.put(tx, scope, [...id], {
        ...now,
        state: reason === undefined ? "Active" : "Failed",
        update: reason === undefined ? "Successful" : "Failed",
        reason,
      });
    });
  };
  return {
    name: "lambda/version",
    watches: [{ collection: versions }],
    async reconcile(scope, id) {
      const [functionName, version] = id as [string, string];
      await settle(scope, [functionName, version]);
      const all = await env.store.transaction((tx) => versions.list(tx, scope, [functionName]));
      const kept = new Set(all.map((record) => keyOf(scope, record)));
      await pool.retire(scope, functionName, (key) => kept.has(key));
    },
  };
}
