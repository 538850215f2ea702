/** Bringing a message to a queue: a subscription's own, or its dead-letter queue. */
import { AwsError } from "#model/error.ts";
import { parseArn } from "#services/kit/arn.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { formatEnvelope } from "./envelope.ts";
import type { DeliveryRecord, Notification, SubscriptionRecord } from "./records.ts";
import { deadLetterArnOf } from "./subscription-attributes.ts";
import { subscriptionArn } from "./topic.ts";

export type Outcome = "delivered" | "retry" | "hopeless";

/** What of a delivery matters to where it goes. */
export type Parcel = Pick<DeliveryRecord, "kind" | "notification" | "topicName">;

export async function sendToQueue(
  env: Environment,
  scope: Scope,
  delivery: Parcel,
  subscription: SubscriptionRecord,
): Promise<Outcome> {
  const { notification } = delivery;
  const raw = subscription.attributes.RawMessageDelivery === "true";
  try {
    await sendMessage(env, scope, subscription.endpoint, {
      body: raw ? notification.message : envelope(env, scope, delivery, subscription),
      attributes: raw ? notification.attributes : {},
      from: notification,
    });
    return "delivered";
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    // A queue that is gone will not come back by waiting; AWS calls this a client-side error.
    return "hopeless";
  }
}

interface QueueMessage {
  body: string;
  attributes: Notification["attributes"];
  from: Notification;
}

async function sendMessage(
  { clients, gateway }: Environment,
  topicScope: Scope,
  queueArn: string,
  { body, attributes, from }: QueueMessage,
): Promise<void> {
  const arn = parseArn(queueArn);
  const scope = { account: arn?.account ?? "", region: arn?.region ?? topicScope.region };
  await clients.sqs(asService(scope, "sns.amazonaws.com")).SendMessage({
    QueueUrl: `${gateway.endpoint}/${scope.account}/${arn?.resource}`,
    MessageBody: body,
    ...(from.groupId !== undefined && { MessageGroupId: from.groupId }),
    // Standard queues behind a FIFO topic know no deduplication.
    ...(from.deduplicationId !== undefined &&
      queueArn.endsWith(".fifo") && { MessageDeduplicationId: from.deduplicationId }),
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, { Type, Value }]) => [
        name,
        Type.startsWith("Binary")
          ? { DataType: Type, BinaryValue: Buffer.from(Value, "base64") }
          : { DataType: Type, StringValue: Value },
      ]),
    ),
  });
}

export function envelope(
  { gateway }: Environment,
  scope: Scope,
  delivery: Parcel,
  subscription: SubscriptionRecord,
): string {
  return formatEnvelope(delivery, {
    subscriptionArn: subscriptionArn(scope, delivery.topicName, subscription.id),
    baseUrl: gateway.endpoint,
    ...(subscription.token !== undefined && { token: subscription.token }),
  });
}

/** True when the message lies in the subscription's dead-letter queue now. */
export async function redrive(
  env: Environment,
  scope: Scope,
  delivery: Parcel,
  subscription: SubscriptionRecord,
): Promise<boolean> {
  const target = deadLetterArnOf(subscription.attributes);
  if (target === undefined || delivery.kind !== "Notification") return false;
  try {
    await sendMessage(env, scope, target, {
      body: envelope(env, scope, delivery, subscription),
      attributes: {},
      from: delivery.notification,
    });
    return true;
  } catch (error) {
    if (error instanceof AwsError) return false;
    throw error;
  }
}
