/** Publishes what the load balancers measured, at the end of every minute of cloud time. */
import { asService } from "#services/kit/principal.ts";
import { startSampler } from "#services/kit/period-sampler.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { fullName } from "../arns.ts";
import { readBalancer } from "../balancer-config.ts";
import type { BalancerReport } from "#traffic/application/config.ts";
import { principal } from "../network.ts";
import { loadBalancers } from "../records.ts";
import type { State } from "../state.ts";
import { addModelledTraffic } from "./modelled-traffic.ts";
import { metricData, type BalancerSituation } from "./metric-data.ts";

const periodMs = 60_000;
/** PutMetricData takes at most so many data in one call. */
const mostData = 1000;

export function startMetrics(env: Environment, state: State): void {
  state.sampler = startSampler(env, { periodMs, what: "load balancers" }, (periodStartMs) =>
    sample(env, state, periodStartMs),
  );
}

async function sample(env: Environment, state: State, periodStartMs: number): Promise<void> {
  if (state.served.size === 0) return;
  const reports = new Map<string, BalancerReport>();
  for (const report of (await state.presentPlane?.report()) ?? []) reports.set(report.arn, report);
  for (const [arn, { scope, name }] of state.served) {
    const situation = await situationOf(env, scope, name, arn, reports.get(arn));
    if (!situation) continue;
    addModelledTraffic(env, state, situation);
    const data = metricData(situation, periodStartMs);
    const cloudwatch = env.clients.cloudwatch(asService(scope, principal, arn));
    for (let start = 0; start < data.length; start += mostData)
      await cloudwatch.PutMetricData({
        Namespace: "AWS/ApplicationELB",
        MetricData: data.slice(start, start + mostData),
      });
  }
}

function situationOf(
  env: Environment,
  scope: Scope,
  name: string,
  arn: string,
  report: BalancerReport | undefined,
): Promise<BalancerSituation | undefined> {
  return env.store.transaction(async (tx) => {
    const balancer = await loadBalancers.get(tx, scope, name);
    if (balancer?.arn !== arn) return undefined;
    const { groups } = await readBalancer(tx, scope, balancer);
    return {
      fullName: fullName(arn),
      groups: groups.map(({ record, targets }) => ({
        fullName: fullName(record.arn),
        arn: record.arn,
        targets: targets
          .filter(({ health }) => health.state !== "unused" && health.state !== "draining")
          .map(({ id, zone, health }) => ({ id, zone, healthy: health.state === "healthy" })),
      })),
      report,
    };
  });
}
