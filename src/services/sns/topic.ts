/** Topics and subscriptions by their ARNs. */
import { formatArn, parseArn } from "#services/kit/arn.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { invalidParameter, subscriptionNotFound, topicNotFound } from "./errors.ts";
import { subscriptions, topics, type SubscriptionRecord, type TopicRecord } from "./records.ts";

export interface FoundTopic {
  scope: Scope;
  arn: string;
  topic: TopicRecord;
}

export interface FoundSubscription {
  scope: Scope;
  arn: string;
  subscription: SubscriptionRecord;
}

export function topicArn(scope: Scope, name: string): string {
  return formatArn("sns", scope, name);
}

export function subscriptionArn(scope: Scope, topicName: string, id: string): string {
  return formatArn("sns", scope, `${topicName}:${id}`);
}

/** The scope and name in a topic's ARN. Throws InvalidParameter for what is no such ARN. */
export function parseTopicArn(text: string | undefined): { scope: Scope; name: string } {
  const arn = parseArn(text ?? "");
  if (arn?.service !== "sns" || arn.resource.includes(":"))
    throw invalidParameter("TopicArn Reason: An ARN must have at least 6 elements, not 1");
  return { scope: { account: arn.account, region: arn.region }, name: arn.resource };
}

export function isFifo({ name }: Pick<TopicRecord, "name">): boolean {
  return name.endsWith(".fifo");
}

/** Throws NotFound. */
export async function findTopic(tx: Transaction, arnText: string | undefined): Promise<FoundTopic> {
  const { scope, name } = parseTopicArn(arnText);
  const topic = topics.view(tx, scope, name);
  if (!topic) throw topicNotFound();
  return { scope, arn: topicArn(scope, name), topic };
}

/** Throws NotFound, or InvalidParameter for what is no subscription's ARN. */
export async function findSubscription(
  tx: Transaction,
  arnText: string | undefined,
): Promise<FoundSubscription> {
  const arn = parseArn(arnText ?? "");
  const [topicName, id] = arn?.resource.split(":") ?? [];
  if (arn?.service !== "sns" || !topicName || !id)
    throw invalidParameter("SubscriptionArn Reason: An ARN must have at least 6 elements, not 1");
  const scope = { account: arn.account, region: arn.region };
  const subscription = await subscriptions.get(tx, scope, topicName, id);
  if (!subscription) throw subscriptionNotFound();
  return { scope, arn: subscriptionArn(scope, topicName, id), subscription };
}
