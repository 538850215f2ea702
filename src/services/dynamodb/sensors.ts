/** Publishes AWS/DynamoDB metrics each minute: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html */
import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { dateOf } from "#runtime/date.ts";
import { listScopes, type Scope } from "#store/collection.ts";
import { asService } from "#services/kit/principal.ts";
import { startSampler, type Sampler } from "#services/kit/period-sampler.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Consumption, Units } from "./capacity-counters.ts";
import { tables, type TableRecord, type Throughput } from "./records.ts";
import type { DynamoState } from "./state.ts";

const periodMs = 60_000;
/** PutMetricData takes up to a thousand values a call. */
const perCall = 500;

export function startSensors(env: Environment, state: DynamoState): Sampler {
  return startSampler(env, { periodMs, what: "tables" }, async (periodStartMs) => {
    const used = state.consumed.take();
    for (const scope of await env.store.transaction(listScopes)) {
      const own = used.filter((one) => sameScope(one.scope, scope));
      const provisioned = (await env.store.transaction((tx) => tables.list(tx, scope))).filter(
        ({ billingMode, status }) => billingMode === "PROVISIONED" && status !== "CREATING",
      );
      await publish(
        env,
        scope,
        [...own.flatMap(usedMetrics), ...provisioned.flatMap(provisionedMetrics)],
        periodStartMs,
      );
    }
  });
}

const sameScope = (a: Scope, b: Scope) => a.account === b.account && a.region === b.region;

interface Value {
  name: string;
  value: number;
  dimensions: Record<string, string>;
}

/** What was not used has no value, as on AWS. */
function usedMetrics({ table, own, indexes, throttledRequests }: Consumption): Value[] {
  const of = (units: Units, dimensions: Value["dimensions"]): Value[] =>
    [
      { name: "ConsumedReadCapacityUnits", value: units.readUnits, dimensions },
      { name: "ConsumedWriteCapacityUnits", value: units.writeUnits, dimensions },
      { name: "ReadThrottleEvents", value: units.readThrottles, dimensions },
      { name: "WriteThrottleEvents", value: units.writeThrottles, dimensions },
    ].filter(({ value }) => value > 0);
  return [
    ...of(own, { TableName: table }),
    ...[...indexes].flatMap(([index, units]) =>
      of(units, { TableName: table, GlobalSecondaryIndexName: index }),
    ),
    ...Object.entries(throttledRequests).map(([Operation, value]) => ({
      name: "ThrottledRequests",
      value,
      dimensions: { TableName: table, Operation },
    })),
  ];
}

function provisionedMetrics({ name, throughput, indexes }: TableRecord): Value[] {
  const of = ({ readUnits, writeUnits }: Throughput, dimensions: Value["dimensions"]): Value[] => [
    { name: "ProvisionedReadCapacityUnits", value: readUnits, dimensions },
    { name: "ProvisionedWriteCapacityUnits", value: writeUnits, dimensions },
  ];
  return [
    ...of(throughput, { TableName: name }),
    ...indexes.flatMap((index) =>
      index.throughput
        ? of(index.throughput, { TableName: name, GlobalSecondaryIndexName: index.name })
        : [],
    ),
  ];
}

async function publish(
  { clients }: Environment,
  scope: Scope,
  values: readonly Value[],
  timestampMs: number,
): Promise<void> {
  if (values.length === 0) return;
  const data = values.map(({ name, value, dimensions }): MetricDatum => ({
    MetricName: name,
    Value: value,
    Unit: "Count",
    Timestamp: dateOf(timestampMs),
    Dimensions: Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value })),
  }));
  const cloudwatch = clients.cloudwatch(asService(scope, "dynamodb.amazonaws.com"));
  for (let start = 0; start < data.length; start += perCall)
    await cloudwatch.PutMetricData({
      Namespace: "AWS/DynamoDB",
      MetricData: data.slice(start, start + perCall),
    });
}
