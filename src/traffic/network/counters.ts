/** What a layer-4 balancer counts between two reports. */
import type { FlowCounts, FlowKind, GroupCounts, NetworkReport } from "./config.ts";

export class NetworkCounters {
  readonly #nodes = new Map<string, NetworkReport["nodes"][number]>();
  readonly #groups = new Map<string, NetworkReport["groups"][number]>();

  node(zone: string, kind: FlowKind): FlowCounts {
    const key = `${kind} ${zone}`;
    let entry = this.#nodes.get(key);
    if (!entry) this.#nodes.set(key, (entry = { zone, kind, counts: emptyCounts() }));
    return entry.counts;
  }

  /** Some kind's counts of a zone, for what is measured of the zone as a whole. */
  anyOf(zone: string): FlowCounts {
    for (const node of this.#nodes.values()) if (node.zone === zone) return node.counts;
    return this.node(zone, "TCP");
  }

  group(arn: string, zone: string, kind: FlowKind): GroupCounts {
    const key = `${arn} ${kind} ${zone}`;
    let entry = this.#groups.get(key);
    if (!entry) {
      const counts = { newFlows: 0, activeFlows: 0, connectionErrors: 0 };
      this.#groups.set(key, (entry = { arn, zone, kind, counts }));
    }
    return entry.counts;
  }

  /** Gives everything counted and starts anew; flows under way stay under way. */
  take(arn: string): NetworkReport {
    const nodes = [...this.#nodes.values()];
    const groups = [...this.#groups.values()];
    const report = { arn, nodes, groups };
    this.#nodes.clear();
    this.#groups.clear();
    for (const { zone, kind, counts } of nodes)
      if (counts.activeFlows > 0) this.node(zone, kind).activeFlows = counts.activeFlows;
    for (const { arn: group, zone, kind, counts } of groups)
      if (counts.activeFlows > 0) this.group(group, zone, kind).activeFlows = counts.activeFlows;
    return report;
  }
}

function emptyCounts(): FlowCounts {
  return {
    newFlows: 0,
    activeFlows: 0,
    processedBytes: 0,
    processedPackets: 0,
    peakPackets: 0,
    peakBytes: 0,
    clientResets: 0,
    targetResets: 0,
    balancerResets: 0,
    rejectedFlows: 0,
    portErrors: 0,
    blockedInbound: 0,
    blockedOutbound: 0,
    unhealthyRoutedFlows: 0,
    clientTlsErrors: 0,
    targetTlsErrors: 0,
  };
}
