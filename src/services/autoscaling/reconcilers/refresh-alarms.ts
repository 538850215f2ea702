/** Looks at the alarms of instance refreshes while they are under way. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { asService } from "#services/kit/principal.ts";
import { refreshes } from "../refreshes/records.ts";
import { isActive } from "../refreshes/progress.ts";

/** Alarms are judged once a minute, most of them. */
const lookMs = 10_000;

export function refreshAlarmReconciler(env: Environment): Reconciler {
  return {
    name: "autoscaling/refresh-alarms",
    watches: [{ collection: refreshes }],
    async reconcile(scope, id) {
      const refresh = await env.store.transaction((tx) => refreshes.get(tx, scope, ...id));
      if (!refresh?.alarms || !isActive(refresh) || refresh.alarm !== undefined) return undefined;
      const { MetricAlarms = [], CompositeAlarms = [] } = await env.clients
        .cloudwatch(asService(scope, "autoscaling.amazonaws.com"))
        .DescribeAlarms({
          AlarmNames: refresh.alarms,
          AlarmTypes: ["MetricAlarm", "CompositeAlarm"],
        });
      const fired = [...MetricAlarms, ...CompositeAlarms].find(
        ({ StateValue }) => StateValue === "ALARM",
      );
      if (fired?.AlarmName === undefined) return { afterMs: lookMs };
      const alarm = fired.AlarmName;
      await env.store.transaction(async (tx) => {
        const present = await refreshes.get(tx, scope, ...id);
        if (present && isActive(present)) refreshes.put(tx, scope, id, { ...present, alarm });
      });
      return undefined;
    },
  };
}
