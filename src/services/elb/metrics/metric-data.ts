/**
 * From counts to CloudWatch's data points. Pure. Which metrics there are and when they are reported:
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-cloudwatch-metrics.html
 */
import type { Dimension, MetricDatum, StandardUnit } from "@aws-sdk/client-cloudwatch";
import { dateOf } from "#runtime/date.ts";
import type { ClassicCounts } from "#traffic/classic/config.ts";
import { emptyCounts } from "#traffic/classic/counters.ts";

export interface BalancerSituation {
  name: string;
  zones: string[];
  crossZone: boolean;
  /** Registered ones that are not leaving. */
  instances: { id: string; zone: string; inService: boolean }[];
  /** By zone of the node; empty when nothing was counted. */
  counts: Record<string, ClassicCounts>;
}

/** PutMetricData takes at most so many values in one datum. */
const mostValues = 150;

const secondsPerPeriod = 60;
/** What one capacity unit serves. https://aws.amazon.com/elasticloadbalancing/pricing/ */
const unit = { newPerSecond: 25, active: 3000, bytesPerHour: 1e9 };

export function metricData(situation: BalancerSituation, timeMs: number): MetricDatum[] {
  const data: MetricDatum[] = [];
  const Timestamp = dateOf(timeMs);
  const balancer = { Name: "LoadBalancerName", Value: situation.name };
  const put: Put = (MetricName, value, Unit, dimensions) => {
    for (const Dimensions of dimensions)
      data.push({ MetricName, ...value, Unit, Timestamp, Dimensions });
  };
  const { counts, instances, zones } = situation;
  const all = Object.values(counts);
  putCounts(put, sum(all), [[balancer]]);
  for (const [name, own] of Object.entries(counts)) {
    const zone = { Name: "AvailabilityZone", Value: name };
    putCounts(put, own, [[balancer, zone], [zone]]);
  }
  // "Reporting criteria: There are registered instances."
  if (instances.length > 0) putHosts(put, instances, [[balancer]]);
  for (const name of zones) {
    const zone = { Name: "AvailabilityZone", Value: name };
    const own = instances.filter((instance) => instance.zone === name);
    if (instances.length > 0) putHosts(put, own, [[balancer, zone], [zone]]);
  }
  putEstimates(put, sum(all), [[balancer]]);
  return data;
}

type Put = (
  name: string,
  value: { Value: number } | { Values: number[]; Counts: number[] },
  unit: StandardUnit,
  dimensions: Dimension[][],
) => void;

function putCounts(put: Put, counts: ClassicCounts, dimensions: Dimension[][]): void {
  const nonzero = (name: string, Value: number) => {
    if (Value > 0) put(name, { Value }, "Count", dimensions);
  };
  nonzero("RequestCount", counts.requests);
  for (const digit of [2, 3, 4, 5])
    nonzero(`HTTPCode_Backend_${digit}XX`, counts.backendClasses[digit] ?? 0);
  const answered = (digit: number) =>
    Object.entries(counts.answers)
      .filter(([status]) => Math.floor(Number(status) / 100) === digit)
      .reduce((total, [, count]) => total + count, 0);
  nonzero("HTTPCode_ELB_4XX", answered(4));
  nonzero("HTTPCode_ELB_5XX", answered(5));
  nonzero("BackendConnectionErrors", counts.backendConnectionErrors);
  nonzero("DesyncMitigationMode_NonCompliant_Request_Count", counts.nonCompliantRequests);
  nonzero("SurgeQueueLength", counts.surgePeak);
  nonzero("SpilloverCount", counts.spillover);
  const latencies = Object.entries(counts.latencies);
  for (let start = 0; start < latencies.length; start += mostValues) {
    const slice = latencies.slice(start, start + mostValues);
    const Values = slice.map(([seconds]) => Number(seconds));
    const Counts = slice.map(([, count]) => count);
    put("Latency", { Values, Counts }, "Seconds", dimensions);
  }
}

function putHosts(
  put: Put,
  instances: BalancerSituation["instances"],
  dimensions: Dimension[][],
): void {
  const healthy = instances.filter(({ inService }) => inService).length;
  put("HealthyHostCount", { Value: healthy }, "Count", dimensions);
  put("UnHealthyHostCount", { Value: instances.length - healthy }, "Count", dimensions);
}

/** What an application load balancer in its place would be charged for. */
function putEstimates(put: Put, counts: ClassicCounts, dimensions: Dimension[][]): void {
  const { newConnections, activeConnections, processedBytes } = counts;
  const estimates: [string, number, StandardUnit][] = [
    ["EstimatedALBNewConnectionCount", newConnections, "Count"],
    ["EstimatedALBActiveConnectionCount", activeConnections, "Count"],
    ["EstimatedProcessedBytes", processedBytes, "Bytes"],
  ];
  for (const [name, Value, Unit] of estimates)
    if (Value > 0) put(name, { Value }, Unit, dimensions);
  const units = Math.max(
    newConnections / secondsPerPeriod / unit.newPerSecond,
    activeConnections / unit.active,
    (processedBytes * (3600 / secondsPerPeriod)) / unit.bytesPerHour,
  );
  if (units > 0) put("EstimatedALBConsumedLCUs", { Value: units }, "Count", dimensions);
}

function sum(all: readonly ClassicCounts[]): ClassicCounts {
  const total = emptyCounts();
  for (const counts of all) {
    total.requests += counts.requests;
    total.backendConnectionErrors += counts.backendConnectionErrors;
    total.nonCompliantRequests += counts.nonCompliantRequests;
    total.surgePeak = Math.max(total.surgePeak, counts.surgePeak);
    total.spillover += counts.spillover;
    total.newConnections += counts.newConnections;
    total.activeConnections += counts.activeConnections;
    total.processedBytes += counts.processedBytes;
    for (const key of ["latencies", "backendClasses", "answers"] as const)
      addAll(total[key], counts[key]);
  }
  return total;
}

function addAll(total: Record<string, number>, added: Readonly<Record<string, number>>): void {
  for (const [key, count] of Object.entries(added)) total[key] = (total[key] ?? 0) + count;
}
