/** Delivers events to their queues, topics, functions and buses, until they take them. */
import { AwsError } from "#model/error.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { send } from "../notifications/send.ts";
import { buckets, events, everywhere } from "../records.ts";

/** An event that nobody took for so long is dropped. */
const lifetimeMs = 24 * 3_600_000;
const retryMs = 30_000;

export function createNotificationReconciler(env: Environment): Reconciler {
  return {
    name: "s3/notification",
    watches: [{ collection: events }],
    async reconcile(_scope, [id]) {
      const { event, bucket } = await env.store.transaction(async (tx) => {
        const event = await events.get(tx, everywhere, id!);
        return { event, bucket: event && (await buckets.get(tx, everywhere, event.bucket)) };
      });
      if (!event) return;
      if (bucket) {
        try {
          await send(env, bucket, event.target, event.body, event.createdMs);
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          const expired = env.clock.now() - event.createdMs >= lifetimeMs;
          env.log.warn("an S3 event was not taken", {
            ...event.target,
            expired,
            error: error.message,
          });
          if (!expired) return { afterMs: retryMs };
        }
      }
      await env.store.transaction((tx) => events.delete(tx, everywhere, id!));
    },
  };
}
