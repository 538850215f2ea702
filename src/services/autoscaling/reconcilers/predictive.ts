/** Makes the forecasts of predictive scaling policies, and has groups follow them. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { causes } from "../causes.ts";
import { withDesired } from "../groups/capacity.ts";
import { hourMs, readHistory } from "../policies/predictive/history.ts";
import { nextForecast, predictedNow, updateMs } from "../policies/predictive/plan.ts";
import { groups, policies, type PolicyRecord } from "../records.ts";
import { forecasts, type ForecastRecord } from "../policies/predictive/records.ts";

/** By group: all its policies together say what it is to have. */
export function predictiveReconciler(env: Environment): Reconciler {
  return {
    name: "autoscaling/predictive",
    watches: [{ collection: policies, idOf: ([group]) => [group!] }],
    async reconcile(scope, [name]) {
      const group = name as string;
      const predictive = await env.store.transaction(async (tx) => {
        const all = await policies.list(tx, scope, [group]);
        return all.filter((policy) => policy.predictive);
      });
      const made: { policy: PolicyRecord; forecast: ForecastRecord }[] = [];
      for (const policy of predictive)
        made.push({ policy, forecast: await forecastOf(env, scope, policy) });
      const nowMs = env.clock.now();
      const { predicted, nextMs } = predictedNow(made, nowMs);
      await env.store.transaction((tx) => follow(tx, scope, group, made, predicted, nowMs));
      const moments = [nextMs, ...made.map(({ forecast }) => forecast.dueMs)].filter(
        (moment) => moment !== undefined,
      );
      return moments.length === 0 ? {} : { afterMs: Math.max(0, Math.min(...moments) - nowMs) };
    },
  };
}

/** The forecast as it stands, made anew when it is due. */
async function forecastOf(
  env: Environment,
  scope: Scope,
  policy: PolicyRecord,
): Promise<ForecastRecord> {
  const { group, name } = policy;
  const specification = JSON.stringify(policy.predictive!.specification);
  const nowMs = env.clock.now();
  const found = await env.store.transaction((tx) => forecasts.get(tx, scope, group, name));
  const present = found?.specification === specification ? found : undefined;
  if (present && nowMs < present.dueMs) return present;
  const history = await readHistory(env, scope, group, policy.predictive!.specification, nowMs);
  const hours = nextForecast(history, present?.hours ?? [], nowMs);
  const hourStartMs = nowMs - (nowMs % hourMs);
  const forecast: ForecastRecord = {
    group,
    policy: name,
    specification,
    hours: hours ?? present?.hours ?? [],
    ...(hours
      ? { updatedMs: nowMs }
      : present?.updatedMs !== undefined && { updatedMs: present.updatedMs }),
    // Without data every new hour may bring enough.
    dueMs: hourStartMs + (hours ? updateMs : hourMs),
  };
  await env.store.transaction((tx) => forecasts.put(tx, scope, [group, name], forecast));
  return forecast;
}

/**
 * "If the forecast expects an increase in load, the capacity is increased. If it expects a decrease,
 * nothing is scaled in": dynamic policies may do that, down to what is predicted.
 */
async function follow(
  tx: Transaction,
  scope: Scope,
  name: string,
  made: readonly { policy: PolicyRecord; forecast: ForecastRecord }[],
  predicted: { capacity: number; max: number } | undefined,
  nowMs: number,
): Promise<void> {
  const group = await groups.get(tx, scope, name);
  if (!group || group.deleting) return;
  const { predicted: before, ...rest } = group;
  const same = before?.capacity === predicted?.capacity && before?.max === predicted?.max;
  const told = same ? group : { ...rest, ...(predicted && { predicted }) };
  const wanted = Math.max(group.desired, predicted?.capacity ?? 0);
  const policy = made.find(({ policy: { predictive } }) => predictive!.mode === "ForecastAndScale");
  const changed = withDesired(told, wanted, (from, to) =>
    causes.predicted(nowMs, policy?.policy.name ?? "", from, to),
  );
  if (changed !== group) groups.put(tx, scope, [name], changed);
}
