/** Carries out scheduled actions when their time has come. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { scheduledActions, targetKey, targets, type ScheduledActionRecord } from "../records.ts";
import { nextRun } from "../schedule.ts";
import { writeActivity } from "../targets/activities.ts";

export function scheduledActionReconciler(env: Environment): Reconciler {
  return {
    name: "applicationautoscaling/scheduled-action",
    watches: [{ collection: scheduledActions }],
    reconcile: (scope, id) =>
      env.store.transaction(async (tx) => {
        const action = await scheduledActions.get(tx, scope, ...id);
        if (action?.nextMs === undefined) return undefined;
        const nowMs = env.clock.now();
        if (action.nextMs > nowMs) return { afterMs: action.nextMs - nowMs };
        await act(env, tx, scope, action);
        const { nextMs: _, ...rest } = action;
        const nextMs = nextRun(action, nowMs);
        // What will not act again is gone, as on AWS.
        if (nextMs === undefined) scheduledActions.delete(tx, scope, ...id);
        else scheduledActions.put(tx, scope, id, { ...rest, nextMs });
        return nextMs === undefined ? {} : { afterMs: nextMs - nowMs };
      }),
  };
}

async function act(
  env: Environment,
  tx: Transaction,
  scope: Scope,
  action: ScheduledActionRecord,
): Promise<void> {
  const target = await targets.get(tx, scope, ...targetKey(action));
  if (!target || target.suspended.scheduled) return;
  const min = action.min ?? Math.min(target.min, action.max ?? target.min);
  const max = Math.max(action.max ?? target.max, min);
  targets.put(tx, scope, targetKey(target), { ...target, min, max, unbounded: true });
  const set = [
    ...(action.min === undefined ? [] : [`min capacity to ${min}`]),
    ...(action.max === undefined ? [] : [`max capacity to ${max}`]),
  ].join(" and ");
  const nowMs = env.clock.now();
  await writeActivity(tx, { random: env.random, scope, nowMs }, target, {
    description: `Setting ${set}`,
    cause: `scheduled action name ${action.name} was triggered`,
    status: "Successful",
    endMs: nowMs,
    statusMessage: `Successfully set ${set}`,
  });
}
