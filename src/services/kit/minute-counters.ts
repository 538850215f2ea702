/** Counts what a service does and publishes the sums to CloudWatch at the end of each minute. */
import { dateOf } from "#runtime/date.ts";
import type { Scope } from "#store/collection.ts";
import { startSampler, type Sampler } from "./period-sampler.ts";
import { asService } from "./principal.ts";
import type { Environment } from "./service.ts";

export interface Count {
  metric: string;
  unit: "Count" | "Bytes";
  dimensions: Readonly<Record<string, string>>;
}

export interface MinuteCounters {
  add(scope: Scope, count: Count, value: number): void;
  /** Everything since the last call, by account and region. */
  take(): { scope: Scope; sums: (Count & { sum: number })[] }[];
}

export function createMinuteCounters(): MinuteCounters {
  let scopes = new Map<string, { scope: Scope; sums: Map<string, Count & { sum: number }> }>();
  return {
    add({ account, region }, count, value) {
      const place = `${account} ${region}`;
      let own = scopes.get(place);
      if (!own) scopes.set(place, (own = { scope: { account, region }, sums: new Map() }));
      const name = JSON.stringify([count.metric, count.dimensions]);
      const present = own.sums.get(name);
      if (present) present.sum += value;
      else own.sums.set(name, { ...count, sum: value });
    },
    take() {
      const taken = [...scopes.values()];
      scopes = new Map();
      return taken.map(({ scope, sums }) => ({ scope, sums: [...sums.values()] }));
    },
  };
}

const mostPerRequest = 1000;

/** `service` is the principal that publishes, such as "logs.amazonaws.com". */
export function publishMinuteCounters(
  env: Environment,
  counters: MinuteCounters,
  { namespace, service }: { namespace: string; service: string },
): Sampler {
  const options = { periodMs: 60_000, what: namespace };
  return startSampler(env, options, async (periodStartMs) => {
    for (const { scope, sums } of counters.take()) {
      const cloudwatch = env.clients.cloudwatch(asService(scope, service));
      for (let start = 0; start < sums.length; start += mostPerRequest)
        await cloudwatch.PutMetricData({
          Namespace: namespace,
          MetricData: sums.slice(start, start + mostPerRequest).map((one) => ({
            MetricName: one.metric,
            Unit: one.unit,
            Value: one.sum,
            Timestamp: dateOf(periodStartMs),
            Dimensions: Object.entries(one.dimensions).map(([Name, Value]) => ({ Name, Value })),
          })),
        });
    }
  });
}
