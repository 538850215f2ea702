/** Brings each accepted message to its subscription, and tries again until it is there or given up. */
import { HttpClientError } from "#http/client.ts";
import { readBody } from "#http/http.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import {
  deliveries,
  subscriptions,
  topics,
  type DeliveryRecord,
  type SubscriptionRecord,
  type TopicRecord,
} from "../records.ts";
import { httpDelay, managedDelay } from "../retries.ts";
import type { SnsState } from "../state.ts";
import { envelope, redrive, sendToQueue, type Outcome } from "../to-queue.ts";
import { sendToFunction } from "../to-function.ts";
import { subscriptionArn, topicArn } from "../topic.ts";
import { retryPolicyOf } from "../topic-attributes.ts";
import { writeMail } from "./mail.ts";

/** How long an HTTP endpoint may take, wall time. */
const httpTimeoutMs = 15_000;

export function createDelivery(env: Environment, state: SnsState): Reconciler {
  const { clock, store, log } = env;
  return {
    name: "sns/delivery",
    watches: [{ collection: deliveries }],
    async reconcile(scope, [id]) {
      const found = await store.transaction(async (tx) => {
        const delivery = await deliveries.get(tx, scope, id!);
        if (!delivery) return undefined;
        const { topicName, subscriptionId } = delivery;
        const subscription = await subscriptions.get(tx, scope, topicName, subscriptionId);
        const topic = await topics.get(tx, scope, topicName);
        if (!subscription) deliveries.delete(tx, scope, id!);
        return { delivery, subscription, topic };
      });
      if (!found?.subscription) return undefined;
      const { delivery, subscription, topic } = found;
      const waitMs = delivery.dueMs - clock.now();
      if (waitMs > 0) return { afterMs: waitMs };
      const outcome = await attempt(env, state, scope, delivery, subscription);
      return settle(scope, delivery, subscription, topic, outcome);
    },
  };

  async function settle(
    scope: Scope,
    delivery: DeliveryRecord,
    subscription: SubscriptionRecord,
    topic: TopicRecord | undefined,
    outcome: Outcome,
  ): Promise<{ afterMs: number } | undefined> {
    const arn = topicArn(scope, delivery.topicName);
    const attempts = delivery.attempts + 1;
    const delayMs = outcome === "retry" ? delayAfter(attempts, subscription, topic) : undefined;
    if (delayMs !== undefined) {
      const again = { ...delivery, attempts, dueMs: clock.now() + delayMs };
      await store.transaction((tx) => deliveries.put(tx, scope, [delivery.id], again));
      return { afterMs: delayMs };
    }
    if (outcome !== "delivered") {
      state.counters.count(arn, "failed");
      const redriven = await redrive(env, scope, delivery, subscription);
      if (redriven) state.counters.count(arn, "redriven");
      else log.warn("a notification was given up", { topic: arn, endpoint: subscription.endpoint });
    } else if (delivery.kind === "Notification") state.counters.count(arn, "delivered");
    await store.transaction((tx) => deliveries.delete(tx, scope, delivery.id));
    return undefined;
  }
}

function delayAfter(
  attempts: number,
  { protocol, attributes }: SubscriptionRecord,
  topic: TopicRecord | undefined,
): number | undefined {
  if (protocol === "sqs" || protocol === "lambda") return managedDelay(attempts);
  const policy = attributes.DeliveryPolicy ?? topic?.attributes.DeliveryPolicy;
  return httpDelay(attempts, retryPolicyOf(policy));
}

function attempt(
  env: Environment,
  state: SnsState,
  scope: Scope,
  delivery: DeliveryRecord,
  subscription: SubscriptionRecord,
): Outcome | Promise<Outcome> {
  if (subscription.protocol === "sqs") return sendToQueue(env, scope, delivery, subscription);
  if (subscription.protocol === "lambda") return sendToFunction(env, scope, delivery, subscription);
  if (subscription.protocol === "http" || subscription.protocol === "https")
    return post(env, state, scope, delivery, subscription);
  writeMail(env.log, delivery, subscription, envelope(env, scope, delivery, subscription));
  return "delivered";
}

async function post(
  env: Environment,
  state: SnsState,
  scope: Scope,
  delivery: DeliveryRecord,
  subscription: SubscriptionRecord,
): Promise<Outcome> {
  const { kind, notification } = delivery;
  const raw = kind === "Notification" && subscription.attributes.RawMessageDelivery === "true";
  const url = new URL(subscription.endpoint);
  const secure = url.protocol === "https:";
  try {
    const response = await state.http.request({
      address: { host: url.hostname, port: Number(url.port || (secure ? 443 : 80)) },
      ...(secure && { tls: { servername: url.hostname } }),
      method: "POST",
      target: `${url.pathname}${url.search}`,
      rawHeaders: Object.entries({
        host: url.host,
        "content-type": "text/plain; charset=UTF-8",
        "user-agent": "Amazon Simple Notification Service Agent",
        "x-amz-sns-message-type": kind,
        "x-amz-sns-message-id": notification.messageId,
        "x-amz-sns-topic-arn": notification.topicArn,
        "x-amz-sns-subscription-arn": subscriptionArn(scope, delivery.topicName, subscription.id),
        ...(raw && { "x-amz-sns-rawdelivery": "true" }),
      }).flat(),
      body: raw ? notification.message : envelope(env, scope, delivery, subscription),
      idleTimeoutMs: httpTimeoutMs,
    });
    await readBody(response.body, 1024 * 1024);
    if (response.status >= 200 && response.status < 300) return "delivered";
    // Client errors are permanent, but for 429: the endpoint asks to be asked later.
    return response.status >= 500 || response.status === 429 ? "retry" : "hopeless";
  } catch (error) {
    if (error instanceof HttpClientError) return "retry";
    throw error;
  }
}
