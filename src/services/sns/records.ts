/** What SNS keeps. */
import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";

export interface TopicRecord {
  name: string;
  createdMs: number;
  attributes: Record<string, string>;
  tags: Tags;
}

export const subscriptionProtocols = [
  "sqs",
  "lambda",
  "http",
  "https",
  "email",
  "email-json",
] as const;
export type SubscriptionProtocol = (typeof subscriptionProtocols)[number];

export interface SubscriptionRecord {
  /** The last part of its ARN. */
  id: string;
  topicName: string;
  owner: string;
  protocol: SubscriptionProtocol;
  endpoint: string;
  /** With it the endpoint confirms; gone once it has. */
  token?: string;
  createdMs: number;
  attributes: Record<string, string>;
}

export interface MessageAttribute {
  Type: string;
  /** Binary values in base64, as SNS shows them. */
  Value: string;
}

/** A message as the topic accepted it. */
export interface Notification {
  messageId: string;
  topicArn: string;
  subject?: string;
  message: string;
  attributes: Record<string, MessageAttribute>;
  publishedMs: number;
  groupId?: string;
  /** Only messages of FIFO topics have these two. */
  deduplicationId?: string;
  sequenceNumber?: string;
}

/** A message that a subscription has still to get. */
export interface DeliveryRecord {
  id: string;
  topicName: string;
  subscriptionId: string;
  kind: "Notification" | "SubscriptionConfirmation" | "UnsubscribeConfirmation";
  notification: Notification;
  attempts: number;
  dueMs: number;
}

/** By topic name. */
export const topics = collection<TopicRecord>("sns", "topic");

/** By topic name, then id. */
export const subscriptions = collection<SubscriptionRecord>("sns", "subscription");

/** A message that queues have still to get. */
export interface QueueDelivery {
  notification: Notification;
  /** The topic's subscriptions that wanted it. */
  subscriptionIds: string[];
}

/** What standard topics have still to bring to queues, by topic name, then id, which grows with time. */
export const queueDeliveries = collection<QueueDelivery>("sns", "queue-delivery");

/** All else that is still to be delivered, by id, which grows with time. */
export const deliveries = collection<DeliveryRecord>("sns", "delivery");

/** What FIFO topics have still to deliver, by topic name, subscription id and number of the message. */
export const orderedDeliveries = collection<Notification>("sns", "ordered-delivery");

/** How many messages a FIFO topic ever took, by topic name. */
export const tails = collection<{ count: number }>("sns", "tail");

/** What a FIFO topic took lately, by topic name, then group (or "" for the whole topic), then deduplication id. */
export const deduplications = collection<Deduplication>("sns", "deduplication");

export interface Deduplication {
  messageId: string;
  sequenceNumber: string;
  untilMs: number;
}

/** The same by topic name, then end: what can be forgotten is a range from the start to now. */
export const deduplicationEnds = collection<true>("sns", "deduplication-end");
