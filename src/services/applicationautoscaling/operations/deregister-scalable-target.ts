import type { Operation } from "#services/kit/service.ts";
import { targetNotFound } from "../errors.ts";
import { alarmNames } from "../policies/alarms.ts";
import { deleteAlarms } from "../policies/watch.ts";
import { policies, scheduledActions, targetKey, targets } from "../records.ts";
import type { ScalingState } from "../state.ts";
import { nameOf } from "../targets/name.ts";

/**
 * "Deregistering a scalable target deletes the scaling policies and the scheduled actions that are
 * associated with it."
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html
 */
export const deregisterScalableTarget: Operation<
  "applicationautoscaling",
  "DeregisterScalableTarget",
  ScalingState
> = async (input, context) => {
  const name = nameOf(input);
  const key = targetKey(name);
  const orphans = await context.store.transaction(async (tx) => {
    if (!(await targets.get(tx, context, ...key))) throw targetNotFound(name);
    targets.delete(tx, context, ...key);
    const own = await policies.list(tx, context, key);
    for (const policy of own) policies.delete(tx, context, ...key, policy.name);
    for (const action of await scheduledActions.list(tx, context, key))
      scheduledActions.delete(tx, context, ...key, action.name);
    return own.flatMap(alarmNames);
  });
  await deleteAlarms(context, context, orphans);
  return {};
};
