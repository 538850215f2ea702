/** What a classic load balancer counts between two reports. */
import type { ClassicCounts, ClassicReport } from "./config.ts";

export class ClassicCounters {
  readonly #zones: Map<string, ClassicCounts>;

  /** Goes on from these counts, of zones by name. */
  constructor(zones: Readonly<Record<string, ClassicCounts>> = {}) {
    this.#zones = new Map(Object.entries(zones));
  }

  node(zone: string): ClassicCounts {
    let counts = this.#zones.get(zone);
    if (!counts) this.#zones.set(zone, (counts = emptyCounts()));
    return counts;
  }

  answered(zone: string, status: number): void {
    const { answers } = this.node(zone);
    answers[status] = (answers[status] ?? 0) + 1;
  }

  opened(zone: string): string {
    const node = this.node(zone);
    node.newConnections++;
    node.activeConnections++;
    return zone;
  }

  /** In the zone that it was opened in, whatever the balancer's zones are by now. */
  closed(zone: string): void {
    const node = this.node(zone);
    if (node.activeConnections > 0) node.activeConnections--;
  }

  /** Two significant digits keep a distribution within 5 % of its percentiles, and small. */
  tookMs(zone: string, elapsedMs: number, times = 1): void {
    const { latencies } = this.node(zone);
    const seconds = (Math.max(elapsedMs, 0.001) / 1000).toPrecision(2);
    latencies[seconds] = (latencies[seconds] ?? 0) + times;
  }

  /** Gives everything counted and starts anew; open connections stay open. */
  take(id: string): ClassicReport {
    const report = { id, zones: Object.fromEntries(this.#zones) };
    this.#zones.clear();
    for (const [zone, { activeConnections }] of Object.entries(report.zones))
      if (activeConnections > 0) this.node(zone).activeConnections = activeConnections;
    return report;
  }
}

export function emptyCounts(): ClassicCounts {
  return {
    requests: 0,
    latencies: {},
    backendClasses: {},
    answers: {},
    backendConnectionErrors: 0,
    nonCompliantRequests: 0,
    surgePeak: 0,
    spillover: 0,
    newConnections: 0,
    activeConnections: 0,
    processedBytes: 0,
  };
}
