/**
 * Brings a topic's messages to its queues, many at a time. What a queue does not take at once becomes a
 * delivery of its own, which is tried again and given up like any other.
 */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Key } from "#store/store.ts";
import { leaveDelivery } from "../leave-delivery.ts";
import { queueDeliveries, type Notification, type QueueDelivery } from "../records.ts";
import type { SnsState } from "../state.ts";
import { sendAllToQueue } from "../to-queue.ts";
import { topicArn } from "../topic.ts";

const perPass = 200;

export function createQueueDelivery(env: Environment, state: SnsState): Reconciler {
  const { store } = env;
  return {
    name: "sns/queue-delivery",
    watches: [{ collection: queueDeliveries, idOf: (id) => id.slice(0, 1) }],
    async reconcile(scope, [name]) {
      const topicName = name as string;
      const { line, subscribers } = await store.transaction(async (tx) => ({
        line: await queueDeliveries.entries(tx, scope, [topicName], { limit: perPass }),
        subscribers: await state.subscribers.of(tx, scope, topicName),
      }));
      if (line.length === 0) return undefined;
      const wanted = sortBySubscription(line);
      const arn = topicArn(scope, topicName);
      const refused: { subscriptionId: string; notification: Notification }[] = [];
      await Promise.all(
        subscribers.map(async (subscription) => {
          const notifications = wanted.get(subscription.id);
          if (!notifications) return;
          const left = await sendAllToQueue(env, scope, topicName, subscription, notifications);
          state.counters.count(arn, "delivered", notifications.length - left.length);
          for (const notification of left)
            refused.push({ subscriptionId: subscription.id, notification });
        }),
      );
      await store.transaction((tx) => {
        for (const { id } of line) queueDeliveries.delete(tx, scope, ...id);
        for (const one of refused) leaveDelivery(tx, scope, { topicName, ...one }, env);
      });
      return line.length === perPass ? { afterMs: 0 } : undefined;
    },
  };
}

function sortBySubscription(
  line: readonly { id: Key; record: QueueDelivery }[],
): Map<string, Notification[]> {
  const sorted = new Map<string, Notification[]>();
  for (const { record } of line)
    for (const id of record.subscriptionIds) {
      const present = sorted.get(id);
      if (present) present.push(record.notification);
      else sorted.set(id, [record.notification]);
    }
  return sorted;
}
