/** Publishes what the load balancers measured, at the end of every minute of cloud time. */
import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import { asService } from "#services/kit/principal.ts";
import { startSampler } from "#services/kit/period-sampler.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { fullName } from "../arns.ts";
import { readBalancer, type BalancerRecords } from "../balancer-records.ts";
import { thresholdOf } from "../target-group-config.ts";
import { isNetwork } from "../kinds.ts";
import type { Anomaly, BalancerReport } from "#traffic/application/config.ts";
import type { NetworkReport } from "#traffic/network/config.ts";
import { networkMetricData, type NetworkSituation } from "../network-load-balancers/metric-data.ts";
import { isHealthyZone } from "../network-load-balancers/names.ts";
import { principal } from "../network.ts";
import { loadBalancers, type TargetGroupRecord } from "../records.ts";
import type { State } from "../state.ts";
import { allowsShift, isLeft } from "../zonal-shift.ts";
import { addModelledTraffic } from "./modelled-traffic.ts";
import { metricData, type GroupSituation } from "./metric-data.ts";

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
  const anomalies = (await state.presentPlane?.anomalies()) ?? [];
  const networkReports = new Map<string, NetworkReport>();
  for (const report of (await state.presentPlane?.reportNetwork()) ?? [])
    networkReports.set(report.arn, report);
  for (const [arn, { scope, name }] of state.served) {
    const records = await recordsOf(env, scope, name, arn);
    if (!records) continue;
    const network = isNetwork(records.balancer);
    let data: MetricDatum[];
    if (network) {
      const situation = networkSituation(records, networkReports.get(arn));
      data = networkMetricData(situation, periodStartMs, periodMs);
    } else {
      const groups = groupSituations(records, anomalies);
      const situation = {
        fullName: fullName(arn),
        groups,
        report: reports.get(arn),
        reservedUnits: records.balancer.capacity?.units,
      };
      addModelledTraffic(env, state, situation);
      data = metricData(situation, periodStartMs);
    }
    const cloudwatch = env.clients.cloudwatch(asService(scope, principal, arn));
    for (let start = 0; start < data.length; start += mostData)
      await cloudwatch.PutMetricData({
        Namespace: network ? "AWS/NetworkELB" : "AWS/ApplicationELB",
        MetricData: data.slice(start, start + mostData),
      });
  }
}

function recordsOf(
  env: Environment,
  scope: Scope,
  name: string,
  arn: string,
): Promise<BalancerRecords | undefined> {
  return env.store.transaction(async (tx) => {
    const balancer = await loadBalancers.get(tx, scope, name);
    return balancer?.arn === arn ? readBalancer(tx, scope, balancer) : undefined;
  });
}

function groupSituations(
  { balancer, groups }: BalancerRecords,
  anomalies: readonly Anomaly[] = [],
): GroupSituation[] {
  return groups.map(({ record, targets }) => ({
    fullName: fullName(record.arn),
    arn: record.arn,
    isFunction: record.targetType === "lambda",
    stickiness: stickinessOf(record),
    targets: targets
      .filter(({ health }) => health.state !== "unused" && health.state !== "draining")
      .map(({ id, port, zone, health }) => ({
        id,
        zone,
        healthy: health.state === "healthy",
        shifted: isLeft(record, balancer, { zone }),
        ...anomalies.find(({ group, key }) => group === record.arn && key === `${id}:${port}`),
      })),
    dns: thresholdOf(record, "dns_failover"),
    routing: thresholdOf(record, "unhealthy_state_routing"),
  }));
}

function stickinessOf(record: TargetGroupRecord): GroupSituation["stickiness"] {
  if (record.targetType === "lambda" || record.attributes["stickiness.enabled"] !== "true")
    return undefined;
  return record.attributes["stickiness.type"] === "app_cookie" ? "app_cookie" : "lb_cookie";
}

function networkSituation(
  records: BalancerRecords,
  report: NetworkReport | undefined,
): NetworkSituation {
  const { balancer, listeners } = records;
  return {
    fullName: fullName(balancer.arn),
    datagramsOnly:
      listeners.length > 0 && listeners.every(({ record }) => record.protocol === "UDP"),
    zones: balancer.zones.map(({ zoneName }) => ({
      zone: zoneName,
      healthy: isHealthyZone(records, zoneName),
    })),
    groups: groupSituations(records).map((group, index) => ({
      ...group,
      isBalancer: records.groups[index]!.record.targetType === "alb",
    })),
    reservedUnits: balancer.capacity?.units,
    allowsShift: allowsShift(balancer),
    report,
  };
}
