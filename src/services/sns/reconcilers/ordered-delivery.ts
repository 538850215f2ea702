/** Brings a FIFO topic's messages to each subscription one after the other, in their order. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { orderedDeliveries, subscriptions } from "../records.ts";
import type { SnsState } from "../state.ts";
import { redrive, sendToQueue, type Parcel } from "../to-queue.ts";
import { topicArn } from "../topic.ts";

const perPass = 20;

export function createOrderedDelivery(env: Environment, state: SnsState): Reconciler {
  const { store, log } = env;
  return {
    name: "sns/ordered-delivery",
    watches: [{ collection: orderedDeliveries, idOf: (id) => id.slice(0, 2) }],
    async reconcile(scope, [topicName, subscriptionId]) {
      const [name, id] = [topicName as string, subscriptionId as string];
      const { line, subscription } = await store.transaction(async (tx) => ({
        line: await orderedDeliveries.entries(tx, scope, [name, id], { limit: perPass }),
        subscription: await subscriptions.get(tx, scope, name, id),
      }));
      const arn = topicArn(scope, name);
      for (const { id: place, record: notification } of line) {
        if (subscription) {
          const parcel: Parcel = { kind: "Notification", notification, topicName: name };
          const outcome = await sendToQueue(env, scope, parcel, subscription);
          if (outcome === "delivered") state.counters.count(arn, "delivered");
          else {
            state.counters.count(arn, "failed");
            if (await redrive(env, scope, parcel, subscription))
              state.counters.count(arn, "redriven");
            else
              log.warn("a notification was given up", {
                topic: arn,
                endpoint: subscription.endpoint,
              });
          }
        }
        await store.transaction((tx) => orderedDeliveries.delete(tx, scope, ...place));
      }
      return line.length === perPass ? { afterMs: 0 } : undefined;
    },
  };
}
