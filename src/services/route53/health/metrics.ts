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
  const metric = (MetricName: string, Value: number, Unit: "None" | "Percent" | "Count") => ({
    MetricName,
    Value,
    Unit,
    Timestamp: dateOf(atMs),
    Dimensions: [{ Name: "HealthCheckId", Value: id }],
  });
  const data: MetricDatum[] = [metric("HealthCheckStatus", healthy ? 1 : 0, "None")];
  if (config.Type === "CALCULATED") {
    const children = config.ChildHealthChecks ?? [];
    const well = children.filter((child) => state.health.get(child) ?? true).length;
    data.push(metric("ChildHealthCheckHealthyCount", well, "Count"));
  } else if (config.Type !== "CLOUDWATCH_METRIC")
    // Of one checker: all or none.
    data.push(metric("HealthCheckPercentageHealthy", seen.healthy ? 100 : 0, "Percent"));
  return data;
}
