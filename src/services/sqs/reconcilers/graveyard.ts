/** Goes on removing the messages of deleted and purged queues. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { bury } from "../graveyard.ts";
import { graves } from "../records.ts";

export function createGraveyard({ store }: Environment): Reconciler {
  return {
    name: "sqs/graveyard",
    watches: [{ collection: graves }],
    reconcile: (scope, [queueId]) =>
      store.transaction(async (tx) => {
        const grave = await graves.get(tx, scope, queueId!);
        // Putting the grave back, for as long as messages are left, wakes this reconciler again.
        if (grave) await bury(tx, scope, queueId as string, grave);
      }),
  };
}
