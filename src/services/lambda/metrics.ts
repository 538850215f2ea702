/**
 * What functions do, for CloudWatch. Values of one minute go out together at its end.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
 */
import { dateOf } from "#runtime/date.ts";
import { startSampler, type Sampler } from "#services/kit/period-sampler.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import { listScopes, type Scope } from "#store/collection.ts";
import { aliases, provisioned, versions, type VersionRecord } from "./records.ts";
import type { EnvironmentPool } from "./environments/pool.ts";

export type Metric =
  | "Invocations"
  | "Errors"
  | "Throttles"
  | "Duration"
  | "AsyncEventsReceived"
  | "AsyncEventAge"
  | "AsyncEventsDropped"
  | "DeadLetterErrors"
  | "DestinationDeliveryFailures"
  | "ConcurrentExecutions"
  | "UnreservedConcurrentExecutions"
  | "ProvisionedConcurrentExecutions"
  | "ProvisionedConcurrencyUtilization"
  | "ProvisionedConcurrencyInvocations"
  | "ProvisionedConcurrencySpilloverInvocations"
  | "UrlRequestCount"
  | "Url4xxCount"
  | "Url5xxCount"
  | "UrlRequestLatency";

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html#event-source-mapping-metrics */
export type MappingMetric =
  | "PolledEventCount"
  | "FilteredOutEventCount"
  | "InvokedEventCount"
  | "FailedInvokeEventCount"
  | "DeletedEventCount";

const units: Partial<Record<Metric | MappingMetric, "Milliseconds">> = {
  Duration: "Milliseconds",
  AsyncEventAge: "Milliseconds",
  UrlRequestLatency: "Milliseconds",
};

export interface Measurements {
  /** Without a function it counts for the account alone; `resource` is the name with the qualifier that was called: "orders:live". */
  add(scope: Scope, metric: Metric, value: number, functionName?: string, resource?: string): void;
  /** Events of a mapping, by its UUID. */
  addOfMapping(scope: Scope, metric: MappingMetric, events: number, uuid: string): void;
  /** Everything since the last call. */
  take(): Measured[];
}

interface Measured {
  scope: Scope;
  metric: Metric | MappingMetric;
  dimensions: { Name: string; Value: string }[];
  values: number[];
}

export function createMeasurements(): Measurements {
  let all = new Map<string, Measured>();
  const addTo = (
    scope: Scope,
    metric: Metric | MappingMetric,
    value: number,
    dimensions: Measured["dimensions"],
  ) => {
    const key = JSON.stringify([scope.account, scope.region, metric, dimensions]);
    const present = all.get(key);
    if (present) present.values.push(value);
    else all.set(key, { scope, metric, dimensions, values: [value] });
  };
  return {
    add(scope, metric, value, functionName, resource) {
      addTo(scope, metric, value, []);
      if (functionName === undefined) return;
      const name = { Name: "FunctionName", Value: functionName };
      addTo(scope, metric, value, [name]);
      if (resource !== undefined)
        addTo(scope, metric, value, [name, { Name: "Resource", Value: resource }]);
    },
    addOfMapping(scope, metric, events, uuid) {
      addTo(scope, metric, events, [{ Name: "EventSourceMappingUUID", Value: uuid }]);
    },
    take() {
      const taken = [...all.values()];
      all = new Map();
      return taken;
    },
  };
}

const valuesPerDatum = 150;
const datumsPerRequest = 1000;

export function publishMeasurements(
  env: Environment,
  measurements: Measurements,
  pool: EnvironmentPool,
): Sampler {
  return startSampler(env, { periodMs: 60_000, what: "AWS/Lambda" }, async (periodStartMs) => {
    // What runs across the end of a minute counts in both.
    for (const { scope, functionName, count } of pool.busy())
      if (functionName === "") measurements.add(scope, "UnreservedConcurrentExecutions", count);
      else measurements.add(scope, "ConcurrentExecutions", count, functionName);
    await lookAtProvisioned(env, measurements, pool);
    const byScope = new Map<string, Measured[]>();
    for (const one of measurements.take()) {
      const place = `${one.scope.account} ${one.scope.region}`;
      byScope.set(place, [...(byScope.get(place) ?? []), one]);
    }
    for (const found of byScope.values()) await publish(env, found, periodStartMs);
  });
}

/** How much of what stands ready works. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html */
async function lookAtProvisioned(
  { store }: Environment,
  measurements: Measurements,
  pool: EnvironmentPool,
): Promise<void> {
  const found = await store.transaction(async (tx) => {
    const all: { scope: Scope; record: VersionRecord; qualifier: string; ready: number }[] = [];
    for (const scope of await listScopes(tx))
      for (const { id, record } of await provisioned.entries(tx, scope)) {
        const [name, qualifier] = id as [string, string];
        const alias = await aliases.get(tx, scope, name, qualifier);
        const version = await versions.get(tx, scope, name, alias?.version ?? qualifier);
        if (version) all.push({ scope, record: version, qualifier, ready: record.ready });
      }
    return all;
  });
  for (const { scope, record, qualifier, ready } of found)
    addProvisioned(measurements, scope, {
      functionName: record.functionName,
      qualifier,
      running: pool.runningOf(scope, record),
      ready,
    });
}

/** Of so many events that run now and so many environments that stand ready; at the start of each event and each minute. */
export function addProvisioned(
  measurements: Measurements,
  scope: Scope,
  now: { functionName: string; qualifier: string; running: number; ready: number },
): void {
  const { functionName, qualifier, running, ready } = now;
  const working = Math.min(ready, running);
  const resource = `${functionName}:${qualifier}`;
  const add = (metric: Metric, value: number) =>
    measurements.add(scope, metric, value, functionName, resource);
  add("ProvisionedConcurrentExecutions", working);
  if (ready > 0) add("ProvisionedConcurrencyUtilization", working / ready);
}

async function publish(env: Environment, found: Measured[], timeMs: number): Promise<void> {
  const cloudwatch = env.clients.cloudwatch(asService(found[0]!.scope, "lambda.amazonaws.com"));
  const data = found.flatMap(({ metric, dimensions, values }) =>
    chunks(values, valuesPerDatum).map((Values) => ({
      MetricName: metric,
      Unit: units[metric] ?? ("Count" as const),
      Timestamp: dateOf(timeMs),
      Dimensions: dimensions,
      Values,
    })),
  );
  for (const MetricData of chunks(data, datumsPerRequest))
    await cloudwatch.PutMetricData({ Namespace: "AWS/Lambda", MetricData });
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_none, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
