/** Reports a metric filter's default value for each minute whose events it passed over. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { defaultSample } from "../metric-filter.ts";
import { filteredMinutes, metricFilters, metricSamples } from "../records.ts";

const minuteMs = 60_000;

export function createDefaultValues({ store, clock }: Environment): Reconciler {
  return {
    name: "logs/default-values",
    watches: [{ collection: filteredMinutes }],
    reconcile: (scope, id) =>
      store.transaction(async (tx) => {
        const found = await filteredMinutes.get(tx, scope, ...id);
        if (!found) return undefined;
        const [groupId, name, minute] = id as [string, string, number];
        const leftMs = minute + minuteMs - clock.now();
        if (leftMs > 0) return { afterMs: leftMs };
        filteredMinutes.delete(tx, scope, ...id);
        const filter = await metricFilters.get(tx, scope, groupId, name);
        const sample = !found.matched && filter ? defaultSample(filter, minute) : undefined;
        if (sample) metricSamples.put(tx, scope, [groupId, `default ${name}`, minute], sample);
        return undefined;
      }),
  };
}
