/** Accepting a message: it is checked, matched against each subscription, and left for delivery. */
import type { MessageAttributeValue } from "@aws-sdk/client-sns";
import type { Context } from "#services/kit/service.ts";
import type { Transaction } from "#store/store.ts";
import { invalidParameter } from "./errors.ts";
import {
  deduplicationIdOf,
  deduplicationKey,
  findDuplicate,
  nextNumber,
  remember,
} from "./fifo.ts";
import { matchesFilterPolicy } from "./filter-policy.ts";
import { limits } from "./limits.ts";
import { createDeliveryId, leaveDelivery } from "./leave-delivery.ts";
import {
  orderedDeliveries,
  queueDeliveries,
  type MessageAttribute,
  type Notification,
  type QueueDelivery,
  type SubscriptionProtocol,
  type SubscriptionRecord,
} from "./records.ts";
import type { SnsState } from "./state.ts";
import { isFifo, type FoundTopic } from "./topic.ts";

export interface Publication {
  Message?: string | undefined;
  Subject?: string | undefined;
  MessageStructure?: string | undefined;
  MessageAttributes?: Record<string, MessageAttributeValue> | undefined;
  MessageGroupId?: string | undefined;
  MessageDeduplicationId?: string | undefined;
}

/** What each protocol gets when MessageStructure is "json"; `default` otherwise. */
interface Bodies {
  default: string;
  [protocol: string]: string;
}

export interface CheckedPublication {
  bodies: Bodies;
  subject: string | undefined;
  attributes: Record<string, MessageAttribute>;
  sizeBytes: number;
  message: string;
  groupId: string | undefined;
  deduplicationId: string | undefined;
}

/** How the topic knows a message that it took. */
export interface Published {
  messageId: string;
  sequenceNumber?: string;
}

/** Throws InvalidParameter. */
export function checkPublication(input: Publication): CheckedPublication {
  const { Message: message = "", Subject: subject } = input;
  if (message === "") throw invalidParameter("Empty message");
  if (
    subject !== undefined &&
    (subject === "" || subject.length > limits.subjectCharacters || /[\n\r]/.test(subject))
  )
    throw invalidParameter("Subject");
  const { MessageGroupId: groupId, MessageDeduplicationId: deduplicationId } = input;
  const attributes = readAttributes(input.MessageAttributes ?? {});
  const sizeBytes = Object.entries(attributes).reduce(
    (sum, [name, { Type, Value }]) => sum + Buffer.byteLength(name + Type + Value),
    Buffer.byteLength(message),
  );
  if (sizeBytes > limits.messageBytes) throw invalidParameter("Message too long");
  const bodies = input.MessageStructure === "json" ? readBodies(message) : { default: message };
  if (input.MessageStructure !== undefined && input.MessageStructure !== "json")
    throw invalidParameter("MessageStructure");
  return { bodies, subject, attributes, sizeBytes, message, groupId, deduplicationId };
}

/** Leaves one delivery for each subscription that wants the message. Throws InvalidParameter. */
export async function acceptPublication(
  tx: Transaction,
  found: FoundTopic,
  publication: CheckedPublication,
  context: Pick<Context<SnsState>, "clock" | "random" | "state">,
): Promise<Published> {
  if (isFifo(found.topic)) return acceptOnce(tx, found, publication, context);
  if (publication.deduplicationId !== undefined)
    throw invalidParameter(
      "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type",
    );
  const { clock, random, state } = context;
  const { scope, topic } = found;
  const nowMs = clock.now();
  const messageId = random.uuid();
  const facts = { messageId, publishedMs: nowMs };
  const subscribers = await state.subscribers.of(tx, scope, topic.name);
  let forQueues: QueueDelivery | undefined;
  for (const { notification, subscription } of wanted(found, subscribers, publication, facts))
    if (subscription.protocol === "sqs") {
      // All queues get the same message, so one record does for however many there are.
      forQueues ??= { notification, subscriptionIds: [] };
      forQueues.subscriptionIds.push(subscription.id);
    } else {
      const what = { topicName: topic.name, subscriptionId: subscription.id, notification };
      leaveDelivery(tx, scope, what, context);
    }
  if (forQueues)
    queueDeliveries.put(tx, scope, [topic.name, createDeliveryId(nowMs, random)], forQueues);
  return { messageId };
}

/** A message that a FIFO topic has taken before is answered like the first time, and not taken. */
async function acceptOnce(
  tx: Transaction,
  found: FoundTopic,
  publication: CheckedPublication,
  { clock, random, state }: Pick<Context<SnsState>, "clock" | "random" | "state">,
): Promise<Published> {
  const { scope, topic } = found;
  const { groupId, message } = publication;
  if (groupId === undefined)
    throw invalidParameter("The MessageGroupId parameter is required for FIFO topics");
  const deduplicationId = deduplicationIdOf(topic, publication.deduplicationId, message);
  const nowMs = clock.now();
  const key = deduplicationKey(topic, groupId, deduplicationId);
  const known = await findDuplicate(tx, scope, key, nowMs);
  if (known) return { messageId: known.messageId, sequenceNumber: known.sequenceNumber };
  const { count, sequenceNumber } = await nextNumber(tx, found);
  const messageId = random.uuid();
  const facts = { messageId, publishedMs: nowMs, deduplicationId, sequenceNumber };
  const subscribers = await state.subscribers.of(tx, scope, topic.name);
  for (const { notification, subscription } of wanted(found, subscribers, publication, facts))
    orderedDeliveries.put(tx, scope, [topic.name, subscription.id, count], notification);
  await remember(tx, scope, key, { messageId, sequenceNumber }, nowMs);
  return { messageId, sequenceNumber };
}

type Facts = Pick<Notification, "messageId" | "publishedMs" | "deduplicationId" | "sequenceNumber">;

/** The confirmed subscriptions that want the message, each with what it gets. */
function wanted(
  { arn }: FoundTopic,
  subscribers: readonly SubscriptionRecord[],
  { bodies, subject, attributes, groupId }: CheckedPublication,
  facts: Facts,
): { subscription: SubscriptionRecord; notification: Notification }[] {
  const chosen: { subscription: SubscriptionRecord; notification: Notification }[] = [];
  const notifications: Partial<Record<SubscriptionProtocol, Notification>> = {};
  for (const subscription of subscribers) {
    if (subscription.token !== undefined) continue;
    const { protocol } = subscription;
    const notification = (notifications[protocol] ??= {
      ...facts,
      ...(groupId !== undefined && { groupId }),
      topicArn: arn,
      ...(subject !== undefined && { subject }),
      message: bodies[protocol] ?? bodies.default,
      attributes,
    });
    if (wants(subscription, notification)) chosen.push({ subscription, notification });
  }
  return chosen;
}

function wants({ attributes }: SubscriptionRecord, notification: Notification): boolean {
  const { FilterPolicy: policy, FilterPolicyScope: scope = "MessageAttributes" } = attributes;
  if (!policy) return true;
  return matchesFilterPolicy(JSON.parse(policy) as Record<string, unknown>, scope, notification);
}

function readBodies(text: string): Bodies {
  let bodies: unknown;
  try {
    bodies = JSON.parse(text);
  } catch {
    throw invalidParameter("Message Structure - JSON message body failed to parse");
  }
  if (typeof bodies !== "object" || bodies === null || !("default" in bodies))
    throw invalidParameter("Message Structure - No default entry in JSON message body");
  const texts = Object.entries(bodies).filter(([, value]) => typeof value === "string");
  return Object.fromEntries(texts) as Bodies;
}

function readAttributes(
  given: Record<string, MessageAttributeValue>,
): Record<string, MessageAttribute> {
  const read: Record<string, MessageAttribute> = {};
  for (const [
    name,
    { DataType: type = "", StringValue: text, BinaryValue: bytes },
  ] of Object.entries(given)) {
    if (!/^(?!\.)(?!.*\.\.)[A-Za-z0-9_.-]{1,256}(?<!\.)$/.test(name))
      throw invalidParameter(`Invalid attribute name: ${name}`);
    const base = type.split(".")[0];
    if (base !== "String" && base !== "Number" && base !== "Binary")
      throw invalidParameter(
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    const value = base === "Binary" ? bytes && Buffer.from(bytes).toString("base64") : text;
    if (!value)
      throw invalidParameter(
        `The message attribute '${name}' must contain non-empty message attribute value for message attribute type '${type}'.`,
      );
    if (base === "Number" && Number.isNaN(Number(value)))
      throw invalidParameter(`Could not cast message attribute '${name}' value to number.`);
    read[name] = { Type: type, Value: value };
  }
  return read;
}
