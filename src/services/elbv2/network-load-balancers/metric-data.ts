/**
 * From counts to CloudWatch's data points. Pure. Which metric has which dimensions and when zeros
 * are reported: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-cloudwatch-metrics.html
 */
import type { Dimension, MetricDatum, StandardUnit } from "@aws-sdk/client-cloudwatch";
import { dateOf } from "#runtime/date.ts";
import type { FlowCounts, FlowKind, NetworkReport } from "#traffic/network/config.ts";
import type { GroupSituation } from "../metrics/metric-data.ts";

export interface NetworkSituation {
  /** "net/NAME/ID" */
  fullName: string;
  /** Whether every listener takes datagrams only: packets of connections are not ours to count. */
  datagramsOnly: boolean;
  zones: { zone: string; healthy: boolean }[];
  /** Those of load balancers behind this one have no hosts to be counted. */
  groups: (GroupSituation & { isBalancer?: boolean })[];
  allowsShift?: boolean;
  /** Capacity that was reserved. */
  reservedUnits?: number | undefined;
  /** Undefined when the data plane counted nothing. */
  report: NetworkReport | undefined;
}

const kinds: readonly FlowKind[] = ["TCP", "TLS", "UDP"];

/** What one load balancer capacity unit holds. https://aws.amazon.com/elasticloadbalancing/pricing/ */
const capacityUnits: Record<FlowKind, { newFlowsPerSecond: number; activeFlows: number }> = {
  TCP: { newFlowsPerSecond: 800, activeFlows: 100_000 },
  TLS: { newFlowsPerSecond: 50, activeFlows: 3000 },
  UDP: { newFlowsPerSecond: 400, activeFlows: 50_000 },
};
const bytesPerHour = 1e9;

export function networkMetricData(
  situation: NetworkSituation,
  timeMs: number,
  periodMs: number,
): MetricDatum[] {
  const data: MetricDatum[] = [];
  const Timestamp = dateOf(timeMs);
  const balancer = { Name: "LoadBalancer", Value: situation.fullName };
  const nodes = situation.report?.nodes ?? [];
  const put: Put = (name, value, unit, Dimensions) =>
    data.push({ MetricName: name, Value: value, Unit: unit, Timestamp, Dimensions });
  const context = { put, seconds: periodMs / 1000, packets: situation.datagramsOnly };
  putFlows(context, nodes, [balancer]);
  putErrors(context, nodes, [balancer]);
  putUnits(context, nodes, [balancer]);
  if (situation.reservedUnits !== undefined)
    put("ReservedLCUs", situation.reservedUnits, "Count", [balancer]);
  for (const { zone, healthy } of situation.zones) {
    const dimensions = [balancer, { Name: "AvailabilityZone", Value: zone }];
    const own = nodes.filter((node) => node.zone === zone);
    putFlows(context, own, dimensions);
    put("ZonalHealthStatus", healthy ? 1 : 0, "Count", dimensions);
    // A 1 or a 0 of each zone is reported of the load balancer as well.
    put("ZonalHealthStatus", healthy ? 1 : 0, "Count", [balancer]);
  }
  for (const { fullName, arn, targets, isBalancer } of situation.groups) {
    const group = { Name: "TargetGroup", Value: fullName };
    putGroupFlows(put, situation.report, arn, [group]);
    if (isBalancer) continue;
    for (const zone of [undefined, ...new Set(targets.map((target) => target.zone))]) {
      const within = zone === undefined ? [] : [{ Name: "AvailabilityZone", Value: zone }];
      const own = targets.filter((target) => zone === undefined || target.zone === zone);
      putHosts(put, own, [group, balancer, ...within], situation.allowsShift === true);
    }
  }
  return data;
}

type Put = (name: string, value: number, unit: StandardUnit, dimensions: Dimension[]) => void;

interface Context {
  put: Put;
  /** Of the period. */
  seconds: number;
  packets: boolean;
}

type Nodes = NetworkReport["nodes"];

const sumOf = <Member extends string>(
  entries: readonly { counts: Record<Member, number> }[],
  member: Member,
) => entries.reduce((sum, { counts }) => sum + counts[member], 0);

function putFlows({ put, packets }: Context, nodes: Nodes, dimensions: Dimension[]): void {
  const always = (name: string, member: keyof FlowCounts, unit: StandardUnit = "Count") =>
    put(name, sumOf(nodes, member), unit, dimensions);
  const nonzero = (name: string, member: keyof FlowCounts, among = nodes, unit?: StandardUnit) => {
    const sum = sumOf(among, member);
    if (sum > 0) put(name, sum, unit ?? "Count", dimensions);
  };
  always("ActiveFlowCount", "activeFlows");
  always("NewFlowCount", "newFlows");
  always("ProcessedBytes", "processedBytes", "Bytes");
  always("PeakBytesPerSecond", "peakBytes", "Bytes/Second");
  always("TCP_Client_Reset_Count", "clientResets");
  always("TCP_ELB_Reset_Count", "balancerResets");
  always("TCP_Target_Reset_Count", "targetResets");
  if (packets) {
    always("ProcessedPackets", "processedPackets");
    always("PeakPacketsPerSecond", "peakPackets", "Count/Second");
  }
  always("RejectedFlowCount", "rejectedFlows");
  always("PortAllocationErrorCount", "portErrors");
  // "This metric is not supported for TLS listeners."
  const plain = nodes.filter(({ kind }) => kind !== "TLS");
  nonzero("UnhealthyRoutingFlowCount", "unhealthyRoutedFlows", plain);
  for (const kind of kinds) {
    const own = nodes.filter((node) => node.kind === kind);
    nonzero(`ActiveFlowCount_${kind}`, "activeFlows", own);
    nonzero(`NewFlowCount_${kind}`, "newFlows", own);
    nonzero(`ProcessedBytes_${kind}`, "processedBytes", own, "Bytes");
    if (kind === "TCP") nonzero("RejectedFlowCount_TCP", "rejectedFlows", own);
  }
  for (const [protocol, ofProtocol] of [
    ["TCP", nodes.filter(({ kind }) => kind !== "UDP")],
    ["UDP", nodes.filter(({ kind }) => kind === "UDP")],
  ] as const) {
    nonzero(`SecurityGroupBlockedFlowCount_Inbound_${protocol}`, "blockedInbound", ofProtocol);
    nonzero(`SecurityGroupBlockedFlowCount_Outbound_${protocol}`, "blockedOutbound", ofProtocol);
  }
}

function putErrors({ put }: Context, nodes: Nodes, dimensions: Dimension[]): void {
  for (const [name, member] of [
    ["ClientTLSNegotiationErrorCount", "clientTlsErrors"],
    ["TargetTLSNegotiationErrorCount", "targetTlsErrors"],
  ] as const) {
    const sum = sumOf(nodes, member);
    if (sum > 0) put(name, sum, "Count", dimensions);
  }
}

function putGroupFlows(
  put: Put,
  report: NetworkReport | undefined,
  arn: string,
  dimensions: Dimension[],
): void {
  const counted = (report?.groups ?? []).filter((group) => group.arn === arn);
  for (const [name, member] of [
    ["ActiveFlowCount", "activeFlows"],
    ["NewFlowCount", "newFlows"],
  ] as const) {
    put(name, sumOf(counted, member), "Count", dimensions);
    for (const kind of kinds) {
      const own = counted.filter((group) => group.kind === kind);
      const sum = sumOf(own, member);
      if (sum > 0) put(`${name}_${kind}`, sum, "Count", dimensions);
    }
  }
}

/** Each protocol counts by the dimension that it uses most. */
function putUnits({ put, seconds }: Context, nodes: Nodes, dimensions: Dimension[]): void {
  let total = 0;
  for (const kind of kinds) {
    const own = nodes.filter((node) => node.kind === kind);
    const { newFlowsPerSecond, activeFlows } = capacityUnits[kind];
    const units = Math.max(
      sumOf(own, "newFlows") / seconds / newFlowsPerSecond,
      sumOf(own, "activeFlows") / activeFlows,
      (sumOf(own, "processedBytes") * 3600) / seconds / bytesPerHour,
    );
    if (units > 0) put(`ConsumedLCUs_${kind}`, units, "Count", dimensions);
    total += units;
  }
  put("ConsumedLCUs", total, "Count", dimensions);
}

function putHosts(
  put: Put,
  targets: GroupSituation["targets"],
  dimensions: Dimension[],
  allowsShift: boolean,
): void {
  if (targets.length === 0) return;
  if (allowsShift) {
    const shifted = targets.filter((target) => target.shifted).length;
    put("ActiveZonalShiftHostCount", shifted, "Count", dimensions);
  }
  const healthy = targets.filter((target) => target.healthy).length;
  put("HealthyHostCount", healthy, "Count", dimensions);
  put("UnHealthyHostCount", targets.length - healthy, "Count", dimensions);
}
