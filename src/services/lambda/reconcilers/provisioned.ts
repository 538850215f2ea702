/** Keeps so many environments of a version ready as its configuration says. */
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { findVersion } from "../functions/find.ts";
import { provisioned, type VersionRecord } from "../records.ts";
import type { LambdaEnvironment } from "../state.ts";
import { AwsError } from "#model/error.ts";

/** Environments that waited too long, or are too old, go; others take their place. */
const lookMs = 60_000;

export function provisionedReconciler(env: LambdaEnvironment): Reconciler {
  const versionOf = async (
    scope: Scope,
    name: string,
    qualifier: string,
  ): Promise<VersionRecord | undefined> => {
    try {
      return await env.store.transaction(
        async (tx) => (await findVersion(tx, { scope, name, qualifier })).record,
      );
    } catch (error) {
      if (error instanceof AwsError) return undefined;
      throw error;
    }
  };
  return {
    name: "lambda/provisioned",
    watches: [{ collection: provisioned }],
    async reconcile(scope, id) {
      const [name, qualifier] = id as [string, string];
      const config = await env.store.transaction((tx) => provisioned.get(tx, scope, ...id));
      if (!config) return;
      const version = await versionOf(scope, name, qualifier);
      if (!version) {
        await env.store.transaction(async (tx) => provisioned.delete(tx, scope, ...id));
        return;
      }
      const failure = await env.state.pool.warm(scope, version, config.wanted).then(
        () => undefined,
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      const ready = failure === undefined ? config.wanted : 0;
      await env.store.transaction(async (tx) => {
        const now = await provisioned.get(tx, scope, ...id);
        if (now?.modifiedMs !== config.modifiedMs) return;
        if (now.ready === ready && now.failure === failure) return;
        provisioned.put(tx, scope, id, { ...now, ready, failure });
      });
      return { afterMs: lookMs };
    },
  };
}
