/**
 * Brings events that nobody waits for, again after failures, and tells their destinations.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
import { AwsError } from "#model/error.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { planRetry } from "../unawaited/plan-retry.ts";
import { tellDestinations, type Told } from "../unawaited/destinations.ts";
import { runEvent, type Ran } from "../invoke/run.ts";
import { events, invokeConfigs, latest, versions, type EventRecord } from "../records.ts";
import type { LambdaEnvironment } from "../state.ts";

export function eventReconciler(env: LambdaEnvironment): Reconciler {
  /** Undefined where the function could not be run: it is busy, or gone. */
  const attempt = async (scope: Scope, event: EventRecord): Promise<Ran | AwsError> => {
    const { functionName: name, qualifier, payload, clientContext, id } = event;
    const requestId = id.slice(id.indexOf("-") + 1);
    try {
      return await runEvent(env, {
        reference: { scope, name, qualifier },
        requestId,
        payload,
        clientContext,
      });
    } catch (error) {
      if (error instanceof AwsError) return error;
      throw error;
    }
  };
  const finish = async (scope: Scope, event: EventRecord, told: Omit<Told, "event" | "scope">) => {
    await tellDestinations(env, { ...told, event, scope });
    await env.store.transaction(async (tx) => events.delete(tx, scope, event.id));
  };
  return {
    name: "lambda/event",
    watches: [{ collection: events }],
    async reconcile(scope, [id]) {
      const event = await env.store.transaction((tx) => events.get(tx, scope, id!));
      if (!event) return;
      const nowMs = env.clock.now();
      if (event.dueMs > nowMs) return { afterMs: event.dueMs - nowMs };
      const { functionName: name, qualifier } = event;
      const { config, record } = await env.store.transaction(async (tx) => ({
        config: await invokeConfigs.get(tx, scope, name, qualifier ?? latest),
        record: await versions.get(tx, scope, name, latest),
      }));
      if (!record) {
        await env.store.transaction(async (tx) => events.delete(tx, scope, id!));
        return;
      }
      const { measurements } = env.state;
      const ageMs = nowMs - event.acceptedMs;
      const ran = await attempt(scope, event);
      if (!(ran instanceof AwsError)) measurements.add(scope, "AsyncEventAge", ageMs, name);
      const deadLetterArn = record.settings.deadLetterArn;
      if (!(ran instanceof AwsError) && ran.functionError === undefined)
        return finish(scope, event, { condition: "Success", ran, config, deadLetterArn });
      const retry = planRetry({
        attempts: event.attempts,
        ageMs,
        isThrottled: ran instanceof AwsError,
        mostRetries: config?.maximumRetryAttempts,
        mostAgeSeconds: config?.maximumAgeSeconds,
      });
      if ("reason" in retry) {
        measurements.add(scope, "AsyncEventsDropped", 1, name);
        const condition = retry.reason;
        return finish(scope, event, {
          condition,
          config,
          deadLetterArn,
          ran: ran instanceof AwsError ? undefined : ran,
        });
      }
      await env.store.transaction(async (tx) => {
        const next = {
          attempts: event.attempts + retry.counts,
          dueMs: env.clock.now() + retry.afterMs,
        };
        events.put(tx, scope, [id!], { ...event, ...next });
      });
      return { afterMs: retry.afterMs };
    },
  };
}
