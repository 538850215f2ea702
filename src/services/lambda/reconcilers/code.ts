/** Deletes packages that no version and no layer names any more. */
import type { Reconciler } from "#services/kit/reconciler.ts";
import { codeUses, everywhere } from "../records.ts";
import type { LambdaEnvironment } from "../state.ts";

/** An event that runs may take so long: until then its program's files stay. */
const lookAgainMs = 60_000;

export function codeReconciler({ state }: LambdaEnvironment): Reconciler {
  const { codes, pool } = state;
  return {
    name: "lambda/code",
    watches: [{ collection: codeUses, idOf: ([sha256]) => [sha256!] }],
    subscribe: (wake) => codes.whenFreed((sha256) => wake(everywhere, [sha256])),
    async reconcile(_scope, [sha256]) {
      const isDone = await codes.dropUnused(String(sha256), (folder) => pool.isUsing(folder));
      return isDone ? undefined : { afterMs: lookAgainMs };
    },
  };
}
