/** Load balancer capacity units, and the busiest moment by them. */
import type { NodeCounts } from "./config.ts";

/** What units are reckoned from. */
export type Load = Pick<
  NodeCounts,
  | "requests"
  | "newConnections"
  | "activeConnections"
  | "processedBytes"
  | "functionBytes"
  | "ruleEvaluations"
>;

/**
 * Units of what was counted in these seconds: the largest of the four dimensions.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html and
 * https://aws.amazon.com/elasticloadbalancing/pricing/: a unit is 25 new connections a second, 3,000 active
 * ones a minute, 1 GB an hour (0.4 GB of functions), or 1,000 rule evaluations a second beyond ten for
 * each request.
 */
export function capacityUnits(load: Load, seconds: number): number {
  const paidEvaluations = Math.max(0, load.ruleEvaluations - 10 * load.requests);
  const standardBytes = load.processedBytes - load.functionBytes;
  return Math.max(
    load.newConnections / seconds / 25,
    load.activeConnections / 3000,
    ((standardBytes / 1e9 + load.functionBytes / 0.4e9) * 3600) / seconds,
    paidEvaluations / seconds / 1000,
  );
}

const windowMs = 10_000;

/** The highest average of a window. It looks when it is asked to: a window lasts until then. */
export class PeakUnits {
  readonly #load: () => Load;
  #begunMs: number;
  #before: Load;
  #peak = 0;

  /** `load` is what was counted since the last report. */
  constructor(load: () => Load, nowMs: number) {
    this.#load = load;
    this.#begunMs = nowMs;
    this.#before = load();
  }

  look(nowMs: number): void {
    if (nowMs - this.#begunMs >= windowMs) this.#close(nowMs);
  }

  /** The peak since the last call; to be asked just before counts begin anew. */
  take(nowMs: number): number {
    if (nowMs > this.#begunMs) this.#close(nowMs);
    const peak = this.#peak;
    this.#peak = 0;
    for (const name of Object.keys(this.#before) as (keyof Load)[]) this.#before[name] = 0;
    return peak;
  }

  #close(nowMs: number): void {
    const load = this.#load();
    const within = { ...load };
    for (const name of Object.keys(within) as (keyof Load)[])
      if (name !== "activeConnections") within[name] -= this.#before[name];
    const seconds = Math.max(nowMs - this.#begunMs, windowMs) / 1000;
    this.#peak = Math.max(this.#peak, capacityUnits(within, seconds));
    this.#before = load;
    this.#begunMs = nowMs;
  }
}
