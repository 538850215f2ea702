/** Asking an endpoint whether it wants to be subscribed. */
import type { Context } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { deliveries, type DeliveryRecord, type SubscriptionRecord } from "./records.ts";

/** Leaves the question for delivery. */
export function queueConfirmation(
  tx: Transaction,
  scope: Scope,
  topicArn: string,
  subscription: SubscriptionRecord,
  kind: Exclude<DeliveryRecord["kind"], "Notification">,
  { clock, random }: Pick<Context, "clock" | "random">,
): void {
  const id = `${Math.floor(clock.now()).toString(36)}-${random.hex(12)}`;
  const message =
    kind === "SubscriptionConfirmation"
      ? `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`
      : `You have chosen to deactivate subscription to the topic ${topicArn}.\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message.`;
  deliveries.put(tx, scope, [id], {
    id,
    topicName: subscription.topicName,
    subscriptionId: subscription.id,
    kind,
    notification: {
      messageId: random.uuid(),
      topicArn,
      message,
      attributes: {},
      publishedMs: clock.now(),
    },
    attempts: 0,
    dueMs: clock.now(),
  });
}
