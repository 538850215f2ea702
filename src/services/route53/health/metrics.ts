/**
 * What health checks report to CloudWatch each minute, in us-east-1 as AWS does.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-cloudwatch.html
 */
import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { dateOf } from "#runtime/date.ts";
import { startSampler, type Sampler } from "#services/kit/period-sampler.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import { listScopes } from "#store/collection.ts";
import { healthChecks, type HealthCheckRecord } from "../records.ts";
import type { State } from "../state.ts";
import { checker } from "../geo/checkers.ts";
import type { ProbeTiming } from "./probe.ts";

const periodMs = 60_000;
const mostData = 1000;

export function startHealthMetrics(env: Environment, state: State): Sampler {
  return startSampler(env, { periodMs, what: "health checks" }, async (periodStartMs) => {
    const found = await env.store.transaction(async (tx) => {
      const all: { account: string; checks: HealthCheckRecord[] }[] = [];
      for (const scope of await listScopes(tx)) {
        const checks = await healthChecks.list(tx, scope);
        if (checks.length > 0) all.push({ account: scope.account, checks });
      }
      return all;
    });
    for (const { account, checks } of found) {
      const scope = { account, region: "us-east-1" };
      const MetricData = checks.flatMap((check) => metricsOf(state, check, periodStartMs));
      const cloudwatch = env.clients.cloudwatch(asService(scope, "route53.amazonaws.com"));
      for (let start = 0; start < MetricData.length; start += mostData)
        await cloudwatch.PutMetricData({
          Namespace: "AWS/Route53",
          MetricData: MetricData.slice(start, start + mostData),
        });
    }
  });
}

/** Nothing of a health check that has not looked yet. */
function metricsOf(state: State, { id, config }: HealthCheckRecord, atMs: number): MetricDatum[] {
  const healthy = state.health.get(id);
  const seen = state.observations.get(id);
  if (healthy === undefined || !seen) return [];
  const own = [{ Name: "HealthCheckId", Value: id }];
  const metric = (MetricName: string, Value: number, Unit: Unit, Dimensions = own) => ({
    MetricName,
    Value,
    Unit,
    Timestamp: dateOf(atMs),
    Dimensions,
  });
  const data: MetricDatum[] = [metric("HealthCheckStatus", healthy ? 1 : 0, "None")];
  if (config.Type === "CALCULATED") {
    const children = config.ChildHealthChecks ?? [];
    const well = children.filter((child) => state.health.get(child) ?? true).length;
    data.push(metric("ChildHealthCheckHealthyCount", well, "Count"));
  } else if (config.Type !== "CLOUDWATCH_METRIC" && !config.Disabled)
    // Of one checker: all or none.
    data.push(metric("HealthCheckPercentageHealthy", seen.healthy ? 100 : 0, "Percent"));
  if (config.MeasureLatency && !config.Disabled)
    for (const [name, value] of latencies(config.Type ?? "", seen.timing))
      for (const dimensions of [own, [{ Name: "Region", Value: checker.Region }, ...own]])
        data.push(metric(name, value, "Milliseconds", dimensions));
  return data;
}

type Unit = "None" | "Percent" | "Count" | "Milliseconds";

/** https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-health-check-latency.html */
function latencies(type: string, timing: ProbeTiming = {}): [name: string, value: number][] {
  const { connectMs, handshakeMs, firstByteMs } = timing;
  const isHttps = type.startsWith("HTTPS");
  return [
    ...(connectMs !== undefined && !isHttps ? [["ConnectionTime", connectMs] as const] : []),
    ...(handshakeMs !== undefined && isHttps ? [["SSLHandshakeTime", handshakeMs] as const] : []),
    ...(firstByteMs !== undefined ? [["TimeToFirstByte", firstByteMs] as const] : []),
  ].map(([name, value]) => [name, value]);
}
