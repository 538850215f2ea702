/** Bringing a message to a queue: a subscription's own, or its dead-letter queue. */
import { AwsError } from "#model/error.ts";
import { parseArn } from "#services/kit/arn.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { formatEnvelope, formatLink, type EnvelopeFacts } from "./envelope.ts";
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

/**
 * Sends messages to a subscription's queue in batches; gives those that it did not take, to be tried one
 * by one.
 */
export async function sendAllToQueue(
  env: Environment,
  scope: Scope,
  topicName: string,
  subscription: SubscriptionRecord,
  notifications: readonly Notification[],
): Promise<Notification[]> {
  const raw = subscription.attributes.RawMessageDelivery === "true";
  const facts = envelopeFacts(env, scope, topicName, subscription);
  const messages = notifications.map((notification): QueueMessage => ({
    body: raw
      ? notification.message
      : formatEnvelope({ kind: "Notification", notification }, facts),
    attributes: raw ? notification.attributes : {},
    from: notification,
  }));
  const refused = await Promise.all(
    inBatches(messages).map((batch) => sendBatch(env, scope, subscription.endpoint, batch)),
  );
  return refused.flat();
}

/** What SQS takes in one call, with room for attributes: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const batchEntries = 10;
const batchCharacters = 250_000;

function inBatches(messages: readonly QueueMessage[]): QueueMessage[][] {
  const batches: QueueMessage[][] = [];
  let batch: QueueMessage[] = [];
  let characters = 0;
  for (const message of messages) {
    characters += message.body.length;
    if (batch.length === batchEntries || (batch.length > 0 && characters > batchCharacters)) {
      batches.push(batch);
      batch = [];
      characters = message.body.length;
    }
    batch.push(message);
  }
  batches.push(batch);
  return batches;
}

async function sendBatch(
  env: Environment,
  topicScope: Scope,
  queueArn: string,
  batch: readonly QueueMessage[],
): Promise<Notification[]> {
  const { QueueUrl, sqs } = reachQueue(env, topicScope, queueArn);
  const Entries = batch.map((message, index) => ({
    Id: String(index),
    ...toSend(queueArn, message),
  }));
  try {
    const { Failed = [] } = await sqs.SendMessageBatch({ QueueUrl, Entries });
    return Failed.map(({ Id }) => batch[Number(Id)]!.from);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return batch.map(({ from }) => from);
  }
}

interface QueueMessage {
  body: string;
  attributes: Notification["attributes"];
  from: Notification;
}

async function sendMessage(
  env: Environment,
  topicScope: Scope,
  queueArn: string,
  message: QueueMessage,
): Promise<void> {
  const { QueueUrl, sqs } = reachQueue(env, topicScope, queueArn);
  await sqs.SendMessage({ QueueUrl, ...toSend(queueArn, message) });
}

function reachQueue({ clients, gateway }: Environment, topicScope: Scope, queueArn: string) {
  const arn = parseArn(queueArn);
  const scope = { account: arn?.account ?? "", region: arn?.region ?? topicScope.region };
  return {
    QueueUrl: `${gateway.endpoint}/${scope.account}/${arn?.resource}`,
    sqs: clients.sqs(asService(scope, "sns.amazonaws.com")),
  };
}

function toSend(queueArn: string, { body, attributes, from }: QueueMessage) {
  return {
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
  };
}

export function envelope(
  env: Environment,
  scope: Scope,
  delivery: Parcel,
  subscription: SubscriptionRecord,
): string {
  return formatEnvelope(delivery, envelopeFacts(env, scope, delivery.topicName, subscription));
}

function envelopeFacts(
  { gateway }: Environment,
  scope: Scope,
  topicName: string,
  { id, token }: SubscriptionRecord,
): EnvelopeFacts {
  const baseUrl = gateway.endpoint;
  const arn = subscriptionArn(scope, topicName, id);
  const unsubscribeUrl = formatLink(baseUrl, "Unsubscribe", { SubscriptionArn: arn });
  return { unsubscribeUrl, baseUrl, ...(token !== undefined && { token }) };
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
