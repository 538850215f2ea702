/**
 * From counts to CloudWatch's data points. Pure. Which metric has which dimensions and when zeros
 * are reported: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 */
import type { Dimension, MetricDatum, StandardUnit } from "@aws-sdk/client-cloudwatch";
import { dateOf } from "#runtime/date.ts";
import type { BalancerReport, NodeCounts, TargetCounts } from "#traffic/application/config.ts";

export interface GroupSituation {
  /** "targetgroup/NAME/ID" */
  fullName: string;
  arn: string;
  /** Of each registered target that is in use. */
  targets: { id: string; zone: string; healthy: boolean }[];
}

export interface BalancerSituation {
  /** "app/NAME/ID" */
  fullName: string;
  groups: GroupSituation[];
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
  putNodes(put, [balancer], sumNodes(nodes.map(([, counts]) => counts)));
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
  const total: NodeCounts = {
    requests: 0,
    processedBytes: 0,
    newConnections: 0,
    activeConnections: 0,
    rejectedConnections: 0,
    tlsErrors: 0,
    grpcRequests: 0,
    authErrors: 0,
    authFailures: 0,
    authSuccesses: 0,
    ruleEvaluations: 0,
    redirects: 0,
    fixedResponses: 0,
    answers: {},
  };
  for (const counts of all) {
    total.requests += counts.requests;
    total.processedBytes += counts.processedBytes;
    total.newConnections += counts.newConnections;
    total.activeConnections += counts.activeConnections;
    total.rejectedConnections += counts.rejectedConnections;
    total.tlsErrors += counts.tlsErrors;
    total.grpcRequests += counts.grpcRequests;
    total.authErrors += counts.authErrors;
    total.authFailures += counts.authFailures;
    total.authSuccesses += counts.authSuccesses;
    total.ruleEvaluations += counts.ruleEvaluations;
    total.redirects += counts.redirects;
    total.fixedResponses += counts.fixedResponses;
    for (const [status, count] of Object.entries(counts.answers))
      total.answers[Number(status)] = (total.answers[Number(status)] ?? 0) + count;
  }
  return total;
}
