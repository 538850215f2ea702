/** Publishes AWS/DynamoDB metrics each minute: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html */
import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { dateOf } from "#runtime/date.ts";
import { asService } from "#services/kit/principal.ts";
import { startSampler, type Sampler } from "#services/kit/period-sampler.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Consumption } from "./capacity-counters.ts";
import type { DynamoState } from "./state.ts";

const periodMs = 60_000;

export function startSensors(env: Environment, state: DynamoState): Sampler {
  return startSampler(env, { periodMs, what: "tables" }, async (periodStartMs) => {
    for (const consumption of state.consumed.take()) await publish(env, consumption, periodStartMs);
  });
}

async function publish(
  { clients }: Environment,
  { scope, table, readUnits, writeUnits }: Consumption,
  timestampMs: number,
): Promise<void> {
  const datum = (MetricName: string, Value: number): MetricDatum => ({
    MetricName,
    Value,
    Unit: "Count",
    Timestamp: dateOf(timestampMs),
    Dimensions: [{ Name: "TableName", Value: table }],
  });
  const MetricData = [];
  if (readUnits > 0) MetricData.push(datum("ConsumedReadCapacityUnits", readUnits));
  if (writeUnits > 0) MetricData.push(datum("ConsumedWriteCapacityUnits", writeUnits));
  if (MetricData.length === 0) return;
  const cloudwatch = clients.cloudwatch(asService(scope, "dynamodb.amazonaws.com"));
  await cloudwatch.PutMetricData({ Namespace: "AWS/DynamoDB", MetricData });
}
