/** A target group at run time: who gets the next request, and what is under way where. */
import type { Reach } from "#compute/driver.ts";
import type { Random } from "#runtime/random.ts";
import type { Anomaly, TargetConfig, TargetGroupConfig } from "./config.ts";
import { AnomalyWatch, Outcomes } from "./anomalies.ts";
import { UnderWayList } from "./under-way.ts";

export class Target {
  readonly group: string;
  readonly key: string;
  readonly underWay = new UnderWayList();
  config: TargetConfig;
  healthySinceMs: number;
  readonly outcomes = new Outcomes();
  /** The cookie value that leads here, sealed anew once a second. */
  sealed: { atMs: number; value: string } | undefined;

  constructor(group: string, config: TargetConfig, nowMs: number) {
    this.group = group;
    this.key = config.key;
    this.config = config;
    this.healthySinceMs = nowMs - config.healthyForMs;
  }

  get reach(): Reach | undefined {
    return this.config.reach;
  }

  get zone(): string {
    return this.config.zone;
  }
}

/** Those that may get new requests. */
interface Usable {
  targets: Target[];
  failsOpen: boolean;
}

export class TargetGroup {
  config: TargetGroupConfig;
  readonly #targets = new Map<string, Target>();
  readonly #random: Random;
  /** Those that may get new requests. */
  #usable: Usable = { targets: [], failsOpen: false };
  #next = 0;
  readonly #byZone = new Map<string, Usable>();
  readonly #watch: AnomalyWatch;

  constructor(config: TargetGroupConfig, random: Random, nowMs: number) {
    this.config = config;
    this.#random = random;
    this.#watch = new AnomalyWatch(nowMs);
    this.configure(config, nowMs);
  }

  /** Targets that left the group have had their delay: what is still under way there ends, or goes to those that stay. */
  configure(config: TargetGroupConfig, nowMs: number): void {
    this.config = config;
    const present = new Set(config.targets.map(({ key }) => key));
    const left = [...this.#targets.values()].filter(({ key }) => !present.has(key));
    for (const { key } of left) this.#targets.delete(key);
    for (const targetConfig of config.targets) {
      const target = this.#targets.get(targetConfig.key);
      if (!target) this.#targets.set(targetConfig.key, new Target(config.arn, targetConfig, nowMs));
      else {
        if (targetConfig.state === "healthy" && target.config.state !== "healthy")
          target.healthySinceMs = nowMs - targetConfig.healthyForMs;
        target.config = targetConfig;
      }
    }
    this.#byZone.clear();
    this.#usable = usableOf([...this.#targets.values()], config);
    for (const target of left) target.underWay.breakOffAll();
  }

  close(): void {
    const all = [...this.#targets.values()];
    this.#targets.clear();
    this.#byZone.clear();
    this.#usable = { targets: [], failsOpen: false };
    for (const target of all) target.underWay.breakOffAll();
  }

  /** Those that stand out now, or get less traffic because they did. */
  anomalies(nowMs: number): Anomaly[] {
    this.#judge(nowMs);
    const group = this.config.arn;
    return [...this.#targets.values()].flatMap(({ key, outcomes: { anomalous, weight } }) =>
      anomalous || weight < 1 ? [{ group, key, anomalous, mitigated: weight < 1 }] : [],
    );
  }

  #judge(nowMs: number): void {
    const mitigates = this.config.anomalyMitigation === true;
    this.#watch.judge(() => this.#healthy().map(({ outcomes }) => outcomes), mitigates, nowMs);
  }

  #healthy(): Target[] {
    return [...this.#targets.values()].filter(({ config }) => config.state === "healthy");
  }

  /** The target if it may get new requests: what a client's cookie asks for. */
  usable(key: string): Target | undefined {
    return this.#usable.targets.find((target) => target.key === key);
  }

  /** Who gets the next request; `tried` have failed it already. */
  pick(nowMs: number, tried: readonly Target[], zone = ""): Target | undefined {
    const all = this.#usableFrom(zone).targets;
    const candidates = tried.length === 0 ? all : all.filter((target) => !tried.includes(target));
    if (candidates.length <= 1) return candidates[0];
    switch (this.config.algorithm) {
      case "round_robin":
        return this.#inTurn(candidates, nowMs);
      case "least_outstanding_requests":
        return leastBusy(candidates, this.#next++);
      case "weighted_random":
        return this.#byWeight(candidates, nowMs);
    }
  }

  /** Whether a node sends requests to unhealthy targets as well, since too few are healthy. */
  failsOpen(zone: string): boolean {
    return this.#usableFrom(zone).failsOpen;
  }

  #usableFrom(zone: string): Usable {
    return this.config.crossZone ? this.#usable : this.#usableIn(zone);
  }

  /** Without cross-zone balancing each zone stands for itself, its health too. */
  #usableIn(zone: string): Usable {
    const present = this.#byZone.get(zone);
    if (present) return present;
    const own = [...this.#targets.values()].filter(
      (target) => target.zone === zone || target.zone === "all",
    );
    const usable = usableOf(own, this.config);
    this.#byZone.set(zone, usable);
    return usable;
  }

  #byWeight(candidates: readonly Target[], nowMs: number): Target {
    this.#judge(nowMs);
    let total = 0;
    for (const { outcomes } of candidates) total += outcomes.weight;
    if (total === candidates.length) return this.#random.pick(candidates);
    let drawn = this.#random.next() * total;
    for (const candidate of candidates)
      if ((drawn -= candidate.outcomes.weight) < 0) return candidate;
    return candidates.at(-1)!;
  }

  #inTurn(candidates: readonly Target[], nowMs: number): Target {
    for (let turn = 0; turn < candidates.length; turn++) {
      const target = candidates[this.#next++ % candidates.length]!;
      if (this.#takesItsTurn(target, nowMs)) return target;
    }
    return candidates[this.#next++ % candidates.length]!;
  }

  /** In slow start a target takes a linearly growing share of its turns. */
  #takesItsTurn(target: Target, nowMs: number): boolean {
    const { slowStartMs } = this.config;
    if (slowStartMs === 0) return true;
    const sinceMs = nowMs - target.healthySinceMs;
    return sinceMs >= slowStartMs || this.#random.next() < Math.max(0.1, sinceMs / slowStartMs);
  }
}

/**
 * Healthy targets; when there are fewer than the group asks for, all that are registered ("fail
 * open"). https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health.html
 */
function usableOf(targets: Target[], { minimumHealthy }: TargetGroupConfig): Usable {
  const registered = targets.filter(({ config }) => config.state !== "draining");
  const healthy = registered.filter(({ config }) => config.state === "healthy" && config.reach);
  const percentage = registered.length === 0 ? 0 : (healthy.length / registered.length) * 100;
  const enough = healthy.length >= minimumHealthy.count && percentage >= minimumHealthy.percentage;
  return enough
    ? { targets: healthy, failsOpen: false }
    : { targets: registered, failsOpen: registered.length > 0 };
}

function leastBusy(candidates: readonly Target[], offset: number): Target {
  let best = candidates[offset % candidates.length]!;
  for (let index = 1; index < candidates.length; index++) {
    const target = candidates[(offset + index) % candidates.length]!;
    if (target.underWay.size < best.underWay.size) best = target;
  }
  return best;
}
