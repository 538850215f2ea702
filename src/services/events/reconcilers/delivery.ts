/** Brings each event to its target, tries again while there is hope, and hands the rest to a dead-letter queue. */
import { AwsError } from "#model/error.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { deliver, sendToQueue, type Failure } from "../deliver.ts";
import { dimensionsOf } from "../publish.ts";
import { deliveries, type DeliveryRecord } from "../records.ts";
import { retry } from "../retries.ts";
import type { EventsState } from "../state.ts";
import { targetKind } from "../targets.ts";
import { destinationOf } from "../to-api-destination.ts";

export function createDelivery(env: Environment, state: EventsState): Reconciler {
  const { clock, store, log, random } = env;
  return {
    name: "events/delivery",
    watches: [{ collection: deliveries }],
    async reconcile(scope, id) {
      const delivery = await store.transaction((tx) => deliveries.get(tx, scope, ...id));
      if (!delivery) return undefined;
      const waitMs = delivery.dueMs - clock.now();
      if (waitMs > 0) return { afterMs: waitMs };
      const placeMs = await placeFor(env, state, delivery);
      if (placeMs > clock.now()) {
        const later: DeliveryRecord = { ...delivery, dueMs: placeMs, paced: true };
        await store.transaction((tx) => deliveries.put(tx, scope, id, later));
        return undefined;
      }
      const failure = await deliver(env, state, scope, delivery);
      const dimensions = dimensionsOf(delivery.ruleArn);
      const count = (metric: string) =>
        state.counters.add(scope, { metric, unit: "Count", dimensions }, 1);
      count("Invocations");
      const next = failure && retry(delivery, failure, clock.now(), random);
      if (next && "dueMs" in next) {
        const attempts = delivery.attempts + 1;
        const again = { ...delivery, attempts, dueMs: next.dueMs };
        await store.transaction((tx) => deliveries.put(tx, scope, id, again));
        return undefined;
      }
      if (failure) {
        count("FailedInvocations");
        if (delivery.target.DeadLetterConfig?.Arn !== undefined) count("InvocationsSentToDlq");
        const rule = delivery.ruleArn;
        const target = delivery.target.Arn;
        log.warn("an event was given up", { rule, target, error: failure.message });
        await bury(env, delivery, failure, next?.exhausted);
      }
      await store.transaction((tx) => deliveries.delete(tx, scope, ...id));
      return undefined;
    },
  };
}

/** When the delivery's turn is: API destinations are asked no more often than they say. */
async function placeFor(
  env: Environment,
  { paces }: EventsState,
  delivery: DeliveryRecord,
): Promise<number> {
  const nowMs = env.clock.now();
  const arn = delivery.target.Arn ?? "";
  if (delivery.paced || targetKind(arn) !== "api-destination") return nowMs;
  const destination = await destinationOf(env, delivery);
  if (!destination) return nowMs;
  const placeMs = Math.max(nowMs, paces.get(arn) ?? 0);
  paces.set(arn, placeMs + 1000 / destination.ratePerSecond);
  return placeMs;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html */
async function bury(
  env: Environment,
  { target, event, ruleArn, attempts }: DeliveryRecord,
  { code, message }: Failure,
  exhausted: string | undefined,
): Promise<void> {
  const queue = target.DeadLetterConfig?.Arn;
  if (queue === undefined) return;
  try {
    await sendToQueue(env, queue, {
      from: ruleArn,
      body: JSON.stringify(event),
      attributes: {
        RULE_ARN: ruleArn,
        TARGET_ARN: target.Arn ?? "",
        ERROR_CODE: code,
        ERROR_MESSAGE: message,
        ...(attempts > 0 && { RETRY_ATTEMPTS: String(attempts) }),
        ...(exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: exhausted }),
      },
    });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    env.log.warn("a dead-letter queue took no event", { queue, error: error.message });
  }
}
