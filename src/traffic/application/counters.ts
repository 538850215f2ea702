/** What a balancer counts between two reports. */
import type { ConnectionWatch } from "#http/client.ts";
import type { HttpReply, HttpRequest } from "#http/http.ts";
import type { Load } from "./capacity-units.ts";
import type { BalancerReport, NodeCounts, TargetCounts } from "./config.ts";
import { isIpv6 } from "./fields.ts";
import { exchangeSize } from "./message-sizes.ts";

/** Of one target group's targets in one zone. */
export class Counted {
  requests = 0;
  grpcRequests = 0;
  ipv6Requests = 0;
  connectionErrors = 0;
  tlsErrors = 0;
  unhealthyRouting = 0;
  functionUserErrors = 0;
  functionInternalErrors = 0;
  /** By first digit. */
  readonly #statusClasses = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
  readonly #responseTimes = new Map<number, number>();

  answered(status: number, elapsedMs: number, times = 1): void {
    this.#statusClasses[(status / 100) | 0]! += times;
    const time = bucketOf(elapsedMs);
    this.#responseTimes.set(time, (this.#responseTimes.get(time) ?? 0) + times);
  }

  counts(): TargetCounts {
    const classes = this.#statusClasses.map((count, digit) => [digit, count] as const);
    const times = [...this.#responseTimes].map(
      ([time, count]) => [secondsText(time), count] as const,
    );
    return {
      requests: this.requests,
      grpcRequests: this.grpcRequests,
      ipv6Requests: this.ipv6Requests,
      connectionErrors: this.connectionErrors,
      tlsErrors: this.tlsErrors,
      unhealthyRouting: this.unhealthyRouting,
      functionUserErrors: this.functionUserErrors,
      functionInternalErrors: this.functionInternalErrors,
      statusClasses: Object.fromEntries(classes.filter(([, count]) => count > 0)),
      responseTimes: Object.fromEntries(times),
    };
  }
}

/** Two significant digits and a power of ten, as one number: two digits keep percentiles within 5 %. */
function bucketOf(elapsedMs: number): number {
  let mantissa = Math.max(elapsedMs, 0.001) * 1000;
  let power = 0;
  for (; mantissa >= 99.5; power++) mantissa /= 10;
  return power * 100 + Math.round(mantissa);
}

function secondsText(bucket: number): string {
  return (((bucket % 100) * 10 ** Math.floor(bucket / 100)) / 1e6).toPrecision(2);
}

export class Counters {
  readonly #zones = new Map<string, NodeCounts>();
  /** By target group, by zone. */
  readonly #groups = new Map<string, Map<string, Counted>>();
  readonly #watches = new Map<string, ConnectionWatch>();

  node(zone: string): NodeCounts {
    let counts = this.#zones.get(zone);
    if (!counts) this.#zones.set(zone, (counts = emptyNode()));
    return counts;
  }

  target(group: string, zone: string): Counted {
    let zones = this.#groups.get(group);
    if (!zones) this.#groups.set(group, (zones = new Map()));
    let counted = zones.get(zone);
    if (!counted) zones.set(zone, (counted = new Counted()));
    return counted;
  }

  /** Counts connections to targets as the node's. */
  connections(zone: string): ConnectionWatch {
    let watch = this.#watches.get(zone);
    if (!watch) {
      watch = {
        opened: () => void this.opened(zone),
        closed: () => this.closed(zone),
      };
      this.#watches.set(zone, watch);
    }
    return watch;
  }

  opened(zone: string): string {
    const node = this.node(zone);
    node.newConnections++;
    node.activeConnections++;
    return zone;
  }

  closed(zone: string): void {
    const node = this.node(zone);
    if (node.activeConnections > 0) node.activeConnections--;
  }

  /** What the whole balancer has counted since the last report. */
  load(): Load {
    const sum: Load = {
      requests: 0,
      newConnections: 0,
      activeConnections: 0,
      processedBytes: 0,
      functionBytes: 0,
      ruleEvaluations: 0,
    };
    for (const counts of this.#zones.values())
      for (const name of Object.keys(sum) as (keyof Load)[]) sum[name] += counts[name];
    return sum;
  }

  answered(zone: string, status: number): void {
    const { answers } = this.node(zone);
    answers[status] = (answers[status] ?? 0) + 1;
  }

  /** Counts what passed for an answer that the balancer gave itself, and gives it back. */
  sent(zone: string, request: HttpRequest, reply: HttpReply): HttpReply {
    const bytes = exchangeSize(request, reply);
    const node = this.node(zone);
    node.processedBytes += bytes;
    if (isIpv6(request.remoteAddress)) node.ipv6Bytes += bytes;
    return reply;
  }

  /** Gives everything counted and starts anew; open connections stay open. */
  take(arn: string): Omit<BalancerReport, "peakUnits" | "busyPercentage"> {
    const report = {
      arn,
      zones: Object.fromEntries(this.#zones),
      groups: [...this.#groups].flatMap(([group, zones]) =>
        [...zones].map(([zone, counted]) => ({ arn: group, zone, counts: counted.counts() })),
      ),
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

export function emptyNode(): NodeCounts {
  return {
    requests: 0,
    routedRequests: 0,
    processedBytes: 0,
    ipv6Requests: 0,
    ipv6Bytes: 0,
    functionBytes: 0,
    newConnections: 0,
    activeConnections: 0,
    rejectedConnections: 0,
    tlsErrors: 0,
    authErrors: 0,
    authFailures: 0,
    authSuccesses: 0,
    authRefreshes: 0,
    authClaimsTooLong: 0,
    ruleEvaluations: 0,
    redirects: 0,
    fixedResponses: 0,
    nonCompliantRequests: 0,
    invalidHeadersDropped: 0,
    invalidHeadersForwarded: 0,
    redirectsTooLong: 0,
    nonStickyRequests: 0,
    nonStickyByAppCookie: 0,
    authLatencies: {},
    answers: {},
  };
}
