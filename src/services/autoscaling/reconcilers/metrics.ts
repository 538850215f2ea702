/** Reports the numbers of a group's instances every minute, when that is enabled. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { asService } from "#services/kit/principal.ts";
import { dateOf } from "#runtime/date.ts";
import { membersOf } from "../groups/capacity.ts";
import { groups } from "../records.ts";
import { groupValues } from "./group-values.ts";

const minuteMs = 60_000;

export function metricsReconciler(env: Environment): Reconciler {
  /** The minute that was reported last, by group; reported again after a restart at worst. */
  const reported = new Map<string, number>();
  return {
    name: "autoscaling/metrics",
    watches: [{ collection: groups }],
    async reconcile(scope, [name]) {
      const key = `${scope.account}/${scope.region}/${name as string}`;
      const found = await env.store.transaction(async (tx) => {
        const group = await groups.get(tx, scope, name!);
        if (!group || group.enabledMetrics.length === 0) return undefined;
        return { group, members: await membersOf(tx, scope, group.name) };
      });
      if (!found) return void reported.delete(key);
      const nowMs = env.clock.now();
      const minute = nowMs - (nowMs % minuteMs);
      const last = reported.get(key);
      reported.set(key, minute);
      // The minute that just ended is reported as it ended.
      if (last !== undefined && last < minute) {
        const values = groupValues(found.group, found.members);
        await env.clients.cloudwatch(asService(scope, "autoscaling.amazonaws.com")).PutMetricData({
          Namespace: "AWS/AutoScaling",
          MetricData: found.group.enabledMetrics.map((MetricName) => ({
            MetricName,
            Dimensions: [{ Name: "AutoScalingGroupName", Value: found.group.name }],
            Timestamp: dateOf(minute - minuteMs),
            Value: values[MetricName] ?? 0,
            Unit: "None",
          })),
        });
      }
      return { afterMs: minute + minuteMs - nowMs };
    },
  };
}
