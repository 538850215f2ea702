/** Brings what metric filters found to CloudWatch; a sample is gone only when CloudWatch has it. */
import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { AwsError } from "#model/error.ts";
import { dateOf } from "#runtime/date.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { metricSamples, type MetricSample } from "../records.ts";

const perPass = 500;

export function createMetricData({ store, clients, log }: Environment): Reconciler {
  return {
    name: "logs/metric-data",
    watches: [{ collection: metricSamples, idOf: ([groupId]) => [groupId!] }],
    async reconcile(scope, [groupId]) {
      const found = await store.transaction((tx) =>
        metricSamples.entries(tx, scope, [groupId!], { limit: perPass }),
      );
      const cloudwatch = clients.cloudwatch(asService(scope, "logs.amazonaws.com"));
      for (const namespace of new Set(found.map(({ record }) => record.namespace)))
        await cloudwatch
          .PutMetricData({
            Namespace: namespace,
            MetricData: found
              .filter(({ record }) => record.namespace === namespace)
              .map(({ record }) => toDatum(record)),
          })
          .catch((error: unknown) => {
            // What CloudWatch refuses it will refuse again; what goes wrong otherwise is tried again.
            if (!(error instanceof AwsError)) throw error;
            log.warn("CloudWatch refused metrics of logs", { namespace, error: error.message });
          });
      await store.transaction((tx) => {
        for (const { id } of found) metricSamples.delete(tx, scope, ...id);
      });
      return found.length === perPass ? { afterMs: 0 } : undefined;
    },
  };
}

function toDatum(sample: MetricSample): MetricDatum {
  const { count, dimensions, name, timestampMs, unit, value, resolutionSeconds } = sample;
  return {
    MetricName: name,
    Timestamp: dateOf(timestampMs),
    Unit: unit as "Count",
    Values: [value],
    Counts: [count],
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
    ...(resolutionSeconds !== undefined && { StorageResolution: resolutionSeconds }),
  };
}
