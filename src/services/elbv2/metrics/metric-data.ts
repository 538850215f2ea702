/**
 * From counts to CloudWatch's data points. Pure. Which metric has which dimensions and when zeros
 * are reported: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 */
import type { Dimension, MetricDatum, StandardUnit } from "@aws-sdk/client-cloudwatch";
import { dateOf } from "#runtime/date.ts";
import { capacityUnits } from "#traffic/application/capacity-units.ts";
import type { BalancerReport, NodeCounts, TargetCounts } from "#traffic/application/config.ts";
import { healthStates, type Threshold } from "./health-states.ts";
import { sumNodes, sumTargets } from "./sums.ts";

export interface GroupSituation {
  /** "targetgroup/NAME/ID" */
  fullName: string;
  arn: string;
  /** Its target is a function. */
  isFunction?: boolean;
  /** Its stickiness goes by what. */
  stickiness?: "lb_cookie" | "app_cookie" | undefined;
  /** Of each registered target that is in use. */
  targets: {
    id: string;
    zone: string;
    healthy: boolean;
    anomalous?: boolean;
    mitigated?: boolean;
    /** Its zone is left. */
    shifted?: boolean;
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
const periodSeconds = 60;

export function metricData(situation: BalancerSituation, timeMs: number): MetricDatum[] {
  const data: MetricDatum[] = [];
  const Timestamp = dateOf(timeMs);
  const put: Put = (MetricName, value, Unit, ...dimensions) => {
    const values = typeof value === "number" ? [{ Value: value }] : spread(value);
    for (const Dimensions of dimensions)
      for (const one of values) data.push({ MetricName, ...one, Unit, Timestamp, Dimensions });
  };
  const balancer = { Name: "LoadBalancer", Value: situation.fullName };
  const { report } = situation;
  const nodes = Object.entries(report?.zones ?? {});
  const sum = sumNodes(nodes.map(([, counts]) => counts));
  const context = { put, sticky: stickinessOf(situation.groups) };
  putNodes(context, [balancer], sum);
  putWhole(put, [balancer], sum, situation);
  for (const [zone, counts] of nodes)
    putNodes(context, [balancer, { Name: "AvailabilityZone", Value: zone }], counts);
  const counted = report?.groups ?? [];
  for (const group of situation.groups)
    putGroup(
      put,
      balancer,
      group,
      counted.filter(({ arn }) => arn === group.arn),
    );
  // What the targets answered is reported of the load balancer, and of its zones, as well.
  const registered = situation.groups.flatMap(({ targets }) => targets);
  putTargets(put, sumOf(counted), registered.length > 0, [[balancer]]);
  putRouted(put, sumOf(counted), [balancer]);
  if (sumOf(counted).grpcRequests > 0)
    put("GrpcRequestCount", sumOf(counted).grpcRequests, "Count", [balancer]);
  for (const zone of zonesOf(registered, counted)) {
    if (zone === "all") continue;
    const own = counted.filter((entry) => entry.zone === zone);
    const isRegistered = registered.some((target) => target.zone === zone);
    const within = { Name: "AvailabilityZone", Value: zone };
    putTargets(put, sumOf(own), isRegistered, [[balancer, within]]);
    putRouted(put, sumOf(own), [balancer, within]);
  }
  return data;
}

type Put = (
  name: string,
  /** One value, or how often each was seen. */
  value: number | Readonly<Record<string, number>>,
  unit: StandardUnit,
  ...dimensions: Dimension[][]
) => void;

type Counted = BalancerReport["groups"];

function spread(counts: Readonly<Record<string, number>>) {
  const entries = Object.entries(counts);
  const slices: { Values: number[]; Counts: number[] }[] = [];
  for (let start = 0; start < entries.length; start += mostValues) {
    const slice = entries.slice(start, start + mostValues);
    slices.push({
      Values: slice.map(([value]) => Number(value)),
      Counts: slice.map(([, count]) => count),
    });
  }
  return slices;
}

interface NodeContext {
  put: Put;
  sticky: { any: boolean; app: boolean };
}

function stickinessOf(groups: readonly GroupSituation[]): NodeContext["sticky"] {
  return {
    any: groups.some(({ stickiness }) => stickiness !== undefined),
    app: groups.some(({ stickiness }) => stickiness === "app_cookie"),
  };
}

function putNodes({ put, sticky }: NodeContext, dimensions: Dimension[], counts: NodeCounts): void {
  // Always reported.
  put("RequestCount", counts.routedRequests, "Count", dimensions);
  put("ForwardedInvalidHeaderRequestCount", counts.invalidHeadersForwarded, "Count", dimensions);
  const nonzero = (name: string, value: number, unit: StandardUnit = "Count") => {
    if (value > 0) put(name, value, unit, dimensions);
  };
  nonzero("ActiveConnectionCount", counts.activeConnections);
  nonzero("NewConnectionCount", counts.newConnections);
  nonzero("ProcessedBytes", counts.processedBytes, "Bytes");
  nonzero("IPv6RequestCount", counts.ipv6Requests);
  nonzero("IPv6ProcessedBytes", counts.ipv6Bytes, "Bytes");
  nonzero("RejectedConnectionCount", counts.rejectedConnections);
  nonzero("ClientTLSNegotiationErrorCount", counts.tlsErrors);
  nonzero("DesyncMitigationMode_NonCompliant_Request_Count", counts.nonCompliantRequests);
  nonzero("DroppedInvalidHeaderRequestCount", counts.invalidHeadersDropped);
  nonzero("HTTP_Redirect_Url_Limit_Exceeded_Count", counts.redirectsTooLong);
  if (sticky.any) put("NonStickyRequestCount", counts.nonStickyRequests, "Count", dimensions);
  if (sticky.app)
    put("AppCookieNonStickinessCount", counts.nonStickyByAppCookie, "Count", dimensions);
  nonzero("ELBAuthError", counts.authErrors);
  nonzero("ELBAuthFailure", counts.authFailures);
  nonzero("ELBAuthSuccess", counts.authSuccesses);
  nonzero("ELBAuthRefreshTokenSuccess", counts.authRefreshes);
  nonzero("ELBAuthUserClaimsSizeExceeded", counts.authClaimsTooLong);
  put("ELBAuthLatency", counts.authLatencies, "Milliseconds", dimensions);
  nonzero("HTTP_Redirect_Count", counts.redirects);
  nonzero("HTTP_Fixed_Response_Count", counts.fixedResponses);
  const classes: Record<number, number> = { 3: counts.redirects };
  for (const [status, count] of Object.entries(counts.answers)) {
    const digit = Math.floor(Number(status) / 100);
    classes[digit] = (classes[digit] ?? 0) + count;
  }
  for (const digit of [3, 4, 5]) nonzero(`HTTPCode_ELB_${digit}XX_Count`, classes[digit] ?? 0);
  for (const status of [500, 502, 503, 504])
    nonzero(`HTTPCode_ELB_${status}_Count`, counts.answers[status] ?? 0);
}

/** What is reported of the load balancer as a whole, not of its zones. */
function putWhole(
  put: Put,
  dimensions: Dimension[],
  sum: NodeCounts,
  { report, reservedUnits }: BalancerSituation,
): void {
  const nonzero = (name: string, value: number, unit: StandardUnit = "Count") => {
    if (value > 0) put(name, value, unit, dimensions);
  };
  nonzero("RuleEvaluations", sum.ruleEvaluations);
  nonzero("LambdaTargetProcessedBytes", sum.functionBytes, "Bytes");
  // https://aws.amazon.com/elasticloadbalancing/faqs/: those of all other targets.
  nonzero("StandardProcessedBytes", sum.processedBytes - sum.functionBytes, "Bytes");
  put("ConsumedLCUs", capacityUnits(sum, periodSeconds), "Count", dimensions);
  if (report) put("CapacityUtilization", report.busyPercentage, "Percent", dimensions);
  if (reservedUnits === undefined) return;
  put("PeakLCUs", report?.peakUnits ?? 0, "Count", dimensions);
  // The units of an hour are billed by the minute.
  put("ReservedLCUs", reservedUnits / 60, "Count", dimensions);
}

function putGroup(put: Put, balancer: Dimension, group: GroupSituation, counted: Counted): void {
  const targetGroup = { Name: "TargetGroup", Value: group.fullName };
  const zones = zonesOf(group.targets, counted);
  putStates(put, group, zones, [targetGroup, balancer]);
  const all = sumOf(counted);
  if (group.isFunction)
    for (const [name, errors] of [
      ["LambdaUserError", all.functionUserErrors],
      ["LambdaInternalError", all.functionInternalErrors],
    ] as const)
      if (errors > 0) put(name, errors, "Count", [targetGroup], [targetGroup, balancer]);
  for (const zone of [undefined, ...zones]) {
    // Functions, and addresses outside the network, are in no zone.
    if (zone === "all") continue;
    const within = zone === undefined ? [] : [{ Name: "AvailabilityZone", Value: zone }];
    const targets = group.targets.filter((target) => !zone || target.zone === zone);
    const counts = sumOf(counted.filter((entry) => !zone || entry.zone === zone));
    const dimensions = [balancer, targetGroup, ...within];
    putHosts(put, group, targets, dimensions);
    putTargets(put, counts, targets.length > 0, [dimensions]);
    if (counts.unhealthyRouting > 0)
      put("UnhealthyRoutingRequestCount", counts.unhealthyRouting, "Count", dimensions);
    if (counts.ipv6Requests > 0) put("IPv6RequestCount", counts.ipv6Requests, "Count", dimensions);
    const both = [dimensions, [targetGroup, ...within]];
    if (counts.grpcRequests > 0) put("GrpcRequestCount", counts.grpcRequests, "Count", ...both);
    if (targets.length === 0) continue;
    put("RequestCount", counts.requests, "Count", dimensions);
    if (group.isFunction) continue;
    const healthy = targets.filter((target) => target.healthy).length;
    const perTarget = counts.requests / (healthy || targets.length);
    put("RequestCountPerTarget", perTarget, "Count", ...both);
  }
}

function putRouted(put: Put, { unhealthyRouting }: TargetCounts, dimensions: Dimension[]): void {
  if (unhealthyRouting > 0)
    put("UnhealthyRoutingRequestCount", unhealthyRouting, "Count", dimensions);
}

function zonesOf(targets: readonly { zone: string }[], counted: Counted): string[] {
  return [...new Set([...targets, ...counted].map(({ zone }) => zone))];
}

function putHosts(
  put: Put,
  { isFunction }: GroupSituation,
  targets: GroupSituation["targets"],
  dimensions: Dimension[],
): void {
  if (targets.length === 0) return;
  const count = (name: string, holds: (target: (typeof targets)[number]) => boolean | undefined) =>
    put(name, targets.filter(holds).length, "Count", dimensions);
  count("HealthyHostCount", ({ healthy }) => healthy);
  count("UnHealthyHostCount", ({ healthy }) => !healthy);
  if (targets.some(({ shifted }) => shifted))
    count("ActiveZonalShiftHostCount", ({ shifted }) => shifted);
  if (isFunction) return;
  count("AnomalousHostCount", ({ anomalous }) => anomalous);
  count("MitigatedHostCount", ({ mitigated }) => mitigated);
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
      if (zone === "all") continue;
      const within = [...dimensions, { Name: "AvailabilityZone", Value: zone }];
      put(`HealthyState${kind}`, well ? 1 : 0, "Count", within);
      put(`UnhealthyState${kind}`, well ? 0 : 1, "Count", within);
    }
  }
}

function putTargets(
  put: Put,
  counts: TargetCounts,
  isRegistered: boolean,
  dimensions: Dimension[][],
): void {
  const nonzero = (name: string, value: number) => {
    if (value > 0) put(name, value, "Count", ...dimensions);
  };
  nonzero("TargetConnectionErrorCount", counts.connectionErrors);
  nonzero("TargetTLSNegotiationErrorCount", counts.tlsErrors);
  for (const digit of [2, 3, 4, 5]) {
    const count = counts.statusClasses[digit] ?? 0;
    if (count > 0 || isRegistered)
      put(`HTTPCode_Target_${digit}XX_Count`, count, "Count", ...dimensions);
  }
  put("TargetResponseTime", counts.responseTimes, "Seconds", ...dimensions);
}

function sumOf(counted: Counted): TargetCounts {
  return sumTargets(counted.map(({ counts }) => counts));
}
