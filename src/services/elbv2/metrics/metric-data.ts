/**
 * From counts to CloudWatch's data points. Pure. Which metric has which dimensions and when zeros
 * are reported: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 */
import type { Dimension, MetricDatum, StandardUnit } from "@aws-sdk/client-cloudwatch";
import { dateOf } from "#runtime/date.ts";
import type { BalancerReport, NodeCounts, TargetCounts } from "#traffic/application/config.ts";
import { emptyNode } from "#traffic/application/counters.ts";
import { consumedUnits } from "./capacity-units.ts";
import { healthStates, type Threshold } from "./health-states.ts";

export interface GroupSituation {
  /** "targetgroup/NAME/ID" */
  fullName: string;
  arn: string;
  /** Of each registered target that is in use. */
  targets: {
    id: string;
    zone: string;
    healthy: boolean;
    anomalous?: boolean;
    mitigated?: boolean;
  }[];
  /** What has to be healthy lest DNS, or routing, take measures. */
  dns?: Threshold;
  routing?: Threshold;
}

export interface BalancerSituation {
  /** "app/NAME/ID" */
  fullName: string;
  groups: GroupSituation[];
  /** Capacity that was reserved. */
  reservedUnits?: number | undefined;
  /** Undefined when the data plane counted nothing. */
  report: BalancerReport | undefined;
}

/** PutMetricData takes at most so many values in one datum. */
const mostValues = 150;

export function metricData(situation: BalancerSituation, timeMs: number): MetricDatum[] {
  const data: MetricDatum[] = [];
  const Timestamp = dateOf(timeMs);
  const balancer = { Name: "LoadBalancer", Value: situation.fullName };
  const put = (name: string, value: number, unit: StandardUnit, ...dimensions: Dimension[][]) => {
    for (const Dimensions of dimensions)
      data.push({ MetricName: name, Value: value, Unit: unit, Timestamp, Dimensions });
  };
  const nodes = Object.entries(situation.report?.zones ?? {});
  const sum = sumNodes(nodes.map(([, counts]) => counts));
  putNodes(put, [balancer], sum);
  put("ConsumedLCUs", consumedUnits(sum), "Count", [balancer]);
  if (situation.reservedUnits !== undefined)
    put("ReservedLCUs", situation.reservedUnits, "Count", [balancer]);
  for (const [zone, counts] of nodes)
    putNodes(put, [balancer, { Name: "AvailabilityZone", Value: zone }], counts);

  for (const group of situation.groups) {
    const targetGroup = { Name: "TargetGroup", Value: group.fullName };
    const counts = (situation.report?.groups ?? []).filter(({ arn }) => arn === group.arn);
    const zones = new Set([
      ...group.targets.map(({ zone }) => zone),
      ...counts.map(({ zone }) => zone),
    ]);
    putHosts(put, group.targets, [[targetGroup, balancer]]);
    putStates(put, group, [...zones], [targetGroup, balancer]);
    putTargets(
      put,
      data,
      Timestamp,
      counts.map((entry) => entry.counts),
      [[balancer, targetGroup]],
    );
    const requests = counts.reduce((sum, entry) => sum + entry.counts.requests, 0);
    if (group.targets.length > 0) {
      const healthy = group.targets.filter((target) => target.healthy).length;
      const perTarget = requests / Math.max(healthy, 1);
      put("RequestCountPerTarget", perTarget, "Count", [targetGroup], [targetGroup, balancer]);
    }
    for (const zone of zones) {
      const within = { Name: "AvailabilityZone", Value: zone };
      putHosts(
        put,
        group.targets.filter((target) => target.zone === zone),
        [[targetGroup, balancer, within]],
      );
      putTargets(
        put,
        data,
        Timestamp,
        counts.filter((entry) => entry.zone === zone).map((entry) => entry.counts),
        [[balancer, targetGroup, within]],
      );
    }
  }
  // The targets' own answers are reported of the load balancer as a whole as well.
  const all = (situation.report?.groups ?? []).map((entry) => entry.counts);
  putTargets(put, data, Timestamp, all, [[balancer]], { requests: false });
  return data;
}

type Put = (name: string, value: number, unit: StandardUnit, ...dimensions: Dimension[][]) => void;

function putNodes(put: Put, dimensions: Dimension[], counts: NodeCounts): void {
  // Always reported.
  put("RequestCount", counts.requests, "Count", dimensions);
  const nonzero = (name: string, value: number, unit: StandardUnit = "Count") => {
    if (value > 0) put(name, value, unit, dimensions);
  };
  nonzero("ActiveConnectionCount", counts.activeConnections);
  nonzero("NewConnectionCount", counts.newConnections);
  nonzero("ProcessedBytes", counts.processedBytes, "Bytes");
  nonzero("RejectedConnectionCount", counts.rejectedConnections);
  nonzero("ClientTLSNegotiationErrorCount", counts.tlsErrors);
  nonzero("GrpcRequestCount", counts.grpcRequests);
  nonzero("DesyncMitigationMode_NonCompliant_Request_Count", counts.nonCompliantRequests);
  nonzero("DroppedInvalidHeaderRequestCount", counts.invalidHeadersDropped);
  nonzero("ForwardedInvalidHeaderRequestCount", counts.invalidHeadersForwarded);
  nonzero("HTTP_Redirect_Url_Limit_Exceeded_Count", counts.redirectsTooLong);
  nonzero("NonStickyRequestCount", counts.nonStickyRequests);
  nonzero("ELBAuthError", counts.authErrors);
  nonzero("ELBAuthFailure", counts.authFailures);
  nonzero("ELBAuthSuccess", counts.authSuccesses);
  nonzero("RuleEvaluations", counts.ruleEvaluations);
  nonzero("HTTP_Redirect_Count", counts.redirects);
  nonzero("HTTP_Fixed_Response_Count", counts.fixedResponses);
  let redirected = counts.redirects;
  const classes: Record<number, number> = {};
  for (const [status, count] of Object.entries(counts.answers)) {
    const digit = Math.floor(Number(status) / 100);
    classes[digit] = (classes[digit] ?? 0) + count;
  }
  redirected += classes[3] ?? 0;
  nonzero("HTTPCode_ELB_3XX_Count", redirected);
  nonzero("HTTPCode_ELB_4XX_Count", classes[4] ?? 0);
  nonzero("HTTPCode_ELB_5XX_Count", classes[5] ?? 0);
  for (const status of [500, 502, 503, 504])
    nonzero(`HTTPCode_ELB_${status}_Count`, counts.answers[status] ?? 0);
}

function putHosts(put: Put, targets: GroupSituation["targets"], dimensions: Dimension[][]): void {
  if (targets.length === 0) return;
  const healthy = targets.filter((target) => target.healthy).length;
  put("HealthyHostCount", healthy, "Count", ...dimensions);
  put("UnHealthyHostCount", targets.length - healthy, "Count", ...dimensions);
  const anomalous = targets.filter((target) => target.anomalous).length;
  if (anomalous > 0) put("AnomalousHostCount", anomalous, "Count", ...dimensions);
  const mitigated = targets.filter((target) => target.mitigated).length;
  if (mitigated > 0) put("MitigatedHostCount", mitigated, "Count", ...dimensions);
}

function putStates(
  put: Put,
  { targets, dns, routing }: GroupSituation,
  zones: readonly string[],
  dimensions: Dimension[],
): void {
  if (targets.length === 0) return;
  for (const [kind, threshold] of [
    ["DNS", dns],
    ["Routing", routing],
  ] as const) {
    if (!threshold) continue;
    const states = healthStates(targets, zones, threshold);
    const healthy = states.filter(({ healthy: well }) => well).length;
    put(`HealthyState${kind}`, healthy, "Count", dimensions);
    put(`UnhealthyState${kind}`, states.length - healthy, "Count", dimensions);
    for (const { zone, healthy: well } of states) {
      const within = [...dimensions, { Name: "AvailabilityZone", Value: zone }];
      put(`HealthyState${kind}`, well ? 1 : 0, "Count", within);
      put(`UnhealthyState${kind}`, well ? 0 : 1, "Count", within);
    }
  }
}

function putTargets(
  put: Put,
  data: MetricDatum[],
  Timestamp: Date,
  counts: readonly TargetCounts[],
  dimensions: Dimension[][],
  options = { requests: true },
): void {
  const sum = (pick: (one: TargetCounts) => number) =>
    counts.reduce((total, one) => total + pick(one), 0);
  const requests = sum((one) => one.requests);
  if (options.requests) put("RequestCount", requests, "Count", ...dimensions);
  const errors = sum((one) => one.connectionErrors);
  if (errors > 0) put("TargetConnectionErrorCount", errors, "Count", ...dimensions);
  const tlsErrors = sum((one) => one.tlsErrors);
  if (tlsErrors > 0) put("TargetTLSNegotiationErrorCount", tlsErrors, "Count", ...dimensions);
  const unhealthy = sum((one) => one.unhealthyRouting);
  if (unhealthy > 0) put("UnhealthyRoutingRequestCount", unhealthy, "Count", ...dimensions);
  for (const digit of [2, 3, 4, 5]) {
    const count = sum((one) => one.statusClasses[digit] ?? 0);
    if (count > 0) put(`HTTPCode_Target_${digit}XX_Count`, count, "Count", ...dimensions);
  }
  const times = new Map<number, number>();
  for (const { responseTimes } of counts)
    for (const [seconds, count] of Object.entries(responseTimes))
      times.set(Number(seconds), (times.get(Number(seconds)) ?? 0) + count);
  const entries = [...times];
  for (let start = 0; start < entries.length; start += mostValues) {
    const slice = entries.slice(start, start + mostValues);
    for (const Dimensions of dimensions)
      data.push({
        MetricName: "TargetResponseTime",
        Values: slice.map(([seconds]) => seconds),
        Counts: slice.map(([, count]) => count),
        Unit: "Seconds",
        Timestamp,
        Dimensions,
      });
  }
}

function sumNodes(all: readonly NodeCounts[]): NodeCounts {
  const total = emptyNode();
  for (const counts of all)
    for (const name of Object.keys(counts) as (keyof NodeCounts)[]) {
      if (name === "answers" || name === "authLatencies")
        for (const [key, count] of Object.entries(counts[name]))
          total[name][key as never] = (((total[name][key as never] as number) ?? 0) +
            count) as never;
      else total[name] += counts[name];
    }
  return total;
}
