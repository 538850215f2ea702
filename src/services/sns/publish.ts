/** Accepting a message: it is checked, matched against each subscription, and left for delivery. */
import type { MessageAttributeValue } from "@aws-sdk/client-sns";
import type { Context } from "#services/kit/service.ts";
import type { Transaction } from "#store/store.ts";
import { invalidParameter } from "./errors.ts";
import { matchesFilterPolicy } from "./filter-policy.ts";
import { limits } from "./limits.ts";
import {
  deliveries,
  subscriptions,
  type MessageAttribute,
  type Notification,
  type SubscriptionRecord,
} from "./records.ts";
import type { FoundTopic } from "./topic.ts";

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
  if (input.MessageDeduplicationId !== undefined)
    throw invalidParameter(
      "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type",
    );
  const attributes = readAttributes(input.MessageAttributes ?? {});
  const sizeBytes = Object.entries(attributes).reduce(
    (sum, [name, { Type, Value }]) => sum + Buffer.byteLength(name + Type + Value),
    Buffer.byteLength(message),
  );
  if (sizeBytes > limits.messageBytes) throw invalidParameter("Message too long");
  const bodies = input.MessageStructure === "json" ? readBodies(message) : { default: message };
  if (input.MessageStructure !== undefined && input.MessageStructure !== "json")
    throw invalidParameter("MessageStructure");
  return { bodies, subject, attributes, sizeBytes };
}

/** Leaves one delivery for each subscription that wants the message. */
export async function acceptPublication(
  tx: Transaction,
  { scope, arn, topic }: FoundTopic,
  { bodies, subject, attributes }: CheckedPublication,
  { clock, random }: Pick<Context, "clock" | "random">,
): Promise<string> {
  const nowMs = clock.now();
  const messageId = random.uuid();
  for (const subscription of await subscriptions.list(tx, scope, [topic.name])) {
    if (subscription.token !== undefined) continue;
    const notification: Notification = {
      messageId,
      topicArn: arn,
      ...(subject !== undefined && { subject }),
      message: bodies[subscription.protocol] ?? bodies.default,
      attributes,
      publishedMs: nowMs,
    };
    if (!wants(subscription, notification)) continue;
    const id = `${Math.floor(nowMs).toString(36)}-${random.hex(12)}`;
    deliveries.put(tx, scope, [id], {
      id,
      topicName: topic.name,
      subscriptionId: subscription.id,
      kind: "Notification",
      notification,
      attempts: 0,
      dueMs: nowMs,
    });
  }
  return messageId;
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
