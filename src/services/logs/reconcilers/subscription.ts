/** Brings events to functions that subscribed to them: at once, and for a day while they are busy. */
import { AwsError } from "#model/error.ts";
import { leaveWithFunction } from "#services/kit/leave-with-function.ts";
import { asService } from "#services/kit/principal.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { groupArn } from "../find.ts";
import { subscribedEvents, type SubscribedRecord } from "../records.ts";
import type { LogsState } from "../state.ts";
import { subscriptionEvent } from "../subscriptions.ts";

const retryMs = 60_000;
const longestMs = 24 * 3600_000;

type Outcome = "delivered" | "throttled" | "refused";

export function createSubscriptions(env: Environment, state: LogsState): Reconciler {
  const bring = async (scope: Scope, record: SubscribedRecord): Promise<Outcome> => {
    const source = `${groupArn(scope, record.groupName)}:*`;
    const caller = asService(scope, "logs.amazonaws.com", source);
    const event = subscriptionEvent(scope.account, record);
    try {
      await leaveWithFunction(env.clients, caller, record.destinationArn, event);
      return "delivered";
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (error.code === "TooManyRequestsException") return "throttled";
      env.log.warn("a function did not take events of a log group", {
        group: record.groupName,
        destination: record.destinationArn,
        error,
      });
      return "refused";
    }
  };
  const count = (scope: Scope, record: SubscribedRecord, outcome: Outcome) => {
    const dimensions = {
      LogGroupName: record.groupName,
      DestinationType: "Lambda",
      FilterName: record.filterName,
    };
    const add = (metric: string, unit: "Count" | "Bytes", value: number) =>
      state.counters.add(scope, { metric, unit, dimensions }, value);
    if (outcome === "throttled") return add("DeliveryThrottling", "Count", 1);
    if (outcome === "refused") return add("DeliveryErrors", "Count", 1);
    const bytes = record.events.reduce((sum, { message }) => sum + Buffer.byteLength(message), 0);
    add("ForwardedLogEvents", "Count", record.events.length);
    add("ForwardedBytes", "Bytes", bytes);
  };
  return {
    name: "logs/subscription",
    watches: [{ collection: subscribedEvents }],
    async reconcile(scope, id) {
      const record = await env.store.transaction((tx) => subscribedEvents.get(tx, scope, ...id));
      if (!record) return;
      const nowMs = env.clock.now();
      if (record.dueMs > nowMs) return { afterMs: record.dueMs - nowMs };
      const outcome = await bring(scope, record);
      count(scope, record, outcome);
      const again = outcome === "throttled" && nowMs - record.nowMs < longestMs;
      await env.store.transaction(async (tx) => {
        if (again) subscribedEvents.put(tx, scope, id, { ...record, dueMs: nowMs + retryMs });
        else subscribedEvents.delete(tx, scope, ...id);
      });
      return again ? { afterMs: retryMs } : undefined;
    },
  };
}
