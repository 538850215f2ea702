/** What a balancer counts between two reports. */
import type { BalancerReport, NodeCounts, TargetCounts } from "./config.ts";

export class Counters {
  readonly #zones = new Map<string, NodeCounts>();
  readonly #groups = new Map<string, { arn: string; zone: string; counts: TargetCounts }>();

  node(zone: string): NodeCounts {
    let counts = this.#zones.get(zone);
    if (!counts) this.#zones.set(zone, (counts = emptyNode()));
    return counts;
  }

  target(group: string, zone: string): TargetCounts {
    const key = `${group} ${zone}`;
    let entry = this.#groups.get(key);
    if (!entry) {
      const counts = {
        requests: 0,
        connectionErrors: 0,
        tlsErrors: 0,
        statusClasses: {},
        responseTimes: {},
      };
      this.#groups.set(key, (entry = { arn: group, zone, counts }));
    }
    return entry.counts;
  }

  answered(zone: string, status: number): void {
    const { answers } = this.node(zone);
    answers[status] = (answers[status] ?? 0) + 1;
  }

  /** Gives everything counted and starts anew; open connections stay open. */
  take(arn: string): BalancerReport {
    const report = {
      arn,
      zones: Object.fromEntries(this.#zones),
      groups: [...this.#groups.values()],
    };
    const open = [...this.#zones].map(
      ([zone, counts]) => [zone, counts.activeConnections] as const,
    );
    this.#zones.clear();
    this.#groups.clear();
    for (const [zone, count] of open) if (count > 0) this.node(zone).activeConnections = count;
    return report;
  }
}

function emptyNode(): NodeCounts {
  return {
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
}

export function countStatus(counts: TargetCounts, status: number): void {
  const digit = Math.floor(status / 100);
  counts.statusClasses[digit] = (counts.statusClasses[digit] ?? 0) + 1;
}

/** Two significant digits keep a distribution within 5 % of its percentiles, and small. */
export function countResponseTime(counts: TargetCounts, elapsedMs: number, times = 1): void {
  const seconds = (Math.max(elapsedMs, 0.001) / 1000).toPrecision(2);
  counts.responseTimes[seconds] = (counts.responseTimes[seconds] ?? 0) + times;
}
