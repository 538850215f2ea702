/** Carries out scheduled actions when their time has come. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { causes } from "../causes.ts";
import {
  groups,
  scheduledActions,
  type GroupRecord,
  type ScheduledActionRecord,
} from "../records.ts";
import { nextRun } from "../schedule.ts";

export function scheduledActionReconciler(env: Environment): Reconciler {
  return {
    name: "autoscaling/scheduled-action",
    watches: [{ collection: scheduledActions }],
    reconcile: (scope, id) =>
      env.store.transaction(async (tx) => {
        const action = await scheduledActions.get(tx, scope, ...id);
        if (action?.nextMs === undefined) return;
        const nowMs = env.clock.now();
        if (action.nextMs > nowMs) return { afterMs: action.nextMs - nowMs };
        const group = await groups.get(tx, scope, action.group);
        if (group && !group.deleting && !("ScheduledActions" in group.suspended))
          groups.put(tx, scope, [group.name], act(group, action, nowMs));
        const nextMs = nextRun(action, nowMs);
        // What will not act again is gone, as on AWS.
        if (nextMs === undefined) scheduledActions.delete(tx, scope, ...id);
        else scheduledActions.put(tx, scope, id, { ...action, nextMs });
        return nextMs === undefined ? {} : { afterMs: nextMs - nowMs };
      }),
  };
}

/** The group with the bounds and the capacity that the action sets. Pure. */
function act(group: GroupRecord, action: ScheduledActionRecord, nowMs: number): GroupRecord {
  const minSize = action.minSize ?? Math.min(group.minSize, action.maxSize ?? group.minSize);
  const maxSize = Math.max(action.maxSize ?? group.maxSize, minSize);
  const desired = Math.min(maxSize, Math.max(minSize, action.desired ?? group.desired));
  const bounds = { minSize, maxSize };
  if (desired === group.desired) return { ...group, ...bounds };
  const told = causes.updated(nowMs, "scheduled action", bounds, group.desired, desired);
  return {
    ...group,
    ...bounds,
    desired,
    causes: [...group.causes, causes.scheduled(nowMs, action.name), told],
  };
}
