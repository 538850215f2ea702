/** Deletes messages that have stayed longer than their queue's MessageRetentionPeriod. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { removeMessage } from "../message.ts";
import { durationOf } from "../queue.ts";
import { fresh, messages, queues } from "../records.ts";

const perPass = 200;
/** New messages do not wake this reconciler; expired ones are never received either way. */
const longestPauseMs = 60_000;

export function createRetention({ store, clock }: Environment): Reconciler {
  return {
    name: "sqs/retention",
    watches: [{ collection: queues }],
    async reconcile(scope, [name]) {
      return store.transaction(async (tx) => {
        const queue = await queues.get(tx, scope, name!);
        if (!queue) return undefined;
        const retentionMs = durationOf(queue, "MessageRetentionPeriod");
        const nowMs = clock.now();
        let more = false;
        for (const kind of [fresh, messages]) {
          const oldest = await kind.entries(tx, scope, [queue.id], { limit: perPass });
          const expired = oldest.filter(({ record }) => record.sentMs + retentionMs <= nowMs);
          for (const { id, record } of expired)
            await removeMessage(tx, scope, queue.id, id[1] as string, record);
          more ||= expired.length === perPass;
        }
        return { afterMs: more ? 0 : longestPauseMs };
      });
    },
  };
}
