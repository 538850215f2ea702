/** What SNS keeps. */
import { collection } from "#store/collection.ts";
import type { Tags } from "#services/kit/tags.ts";

export interface TopicRecord {
  name: string;
  createdMs: number;
  attributes: Record<string, string>;
  tags: Tags;
}

export interface SubscriptionRecord {
  /** The last part of its ARN. */
  id: string;
  topicName: string;
  owner: string;
  protocol: "sqs" | "http" | "https";
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

/** By id, which grows with time. */
export const deliveries = collection<DeliveryRecord>("sns", "delivery");
