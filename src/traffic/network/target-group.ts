/** A target group at run time: who gets the next flow, and which flows are where. */
import type { Reach } from "#compute/driver.ts";
import type { NetworkTargetConfig, NetworkTargetGroupConfig } from "./config.ts";
import type { Timer, Wall } from "#runtime/clock.ts";

/** What is under way at a target and can be broken off. */
export interface Flow {
  reset(): void;
}

export class NetworkTarget {
  readonly key: string;
  readonly flows = new Set<Flow>();
  config: NetworkTargetConfig;
  /** Fires when flows of an unhealthy target end. */
  resetTimer: Timer | undefined;
  /** Where it was last. */
  #place: string | undefined;

  constructor(config: NetworkTargetConfig) {
    this.key = config.key;
    this.config = config;
    this.follow(config.reach);
  }

  /** A machine that is away may come back where it was; one that is elsewhere has no flow any more. */
  follow(reach: Reach | undefined): void {
    if (!reach) return;
    const place = placeOf(reach);
    if (this.#place !== undefined && this.#place !== place) this.resetFlows();
    this.#place = place;
  }

  resetFlows(): void {
    this.resetTimer?.cancel();
    this.resetTimer = undefined;
    for (const flow of this.flows) flow.reset();
  }
}

interface Usable {
  targets: NetworkTarget[];
  /** Too few were healthy: these are all that are registered. */
  failedOpen: boolean;
}

/** Who asks for a target. */
export interface FlowFacts {
  zone: string;
  clientHost: string;
  /** Of the protocol and both ends. */
  hash: number;
}

export class NetworkTargetGroup {
  config: NetworkTargetGroupConfig;
  readonly #wall: Wall;
  readonly #targets = new Map<string, NetworkTarget>();
  readonly #usable = new Map<string, Usable>();
  #next = 0;

  constructor(config: NetworkTargetGroupConfig, wall: Wall) {
    this.config = config;
    this.#wall = wall;
    this.configure(config);
  }

  configure(config: NetworkTargetGroupConfig): void {
    this.config = config;
    const present = new Set(config.targets.map(({ key }) => key));
    for (const [key, target] of this.#targets)
      if (!present.has(key)) {
        this.#targets.delete(key);
        target.resetTimer?.cancel();
        if (config.resetsDeregistered) target.resetFlows();
      }
    for (const targetConfig of config.targets) {
      const target = this.#targets.get(targetConfig.key);
      if (!target) this.#targets.set(targetConfig.key, new NetworkTarget(targetConfig));
      else {
        target.config = targetConfig;
        target.follow(targetConfig.reach);
      }
    }
    this.#usable.clear();
    for (const target of this.#targets.values()) this.#watchHealth(target);
  }

  /** What is under way at its targets goes on: clients of a group that was replaced notice nothing. */
  close(): void {
    for (const { resetTimer } of this.#targets.values()) resetTimer?.cancel();
  }

  /** Undefined when there is nobody; `tried` have failed this flow already. */
  pick(
    facts: FlowFacts,
    tried: readonly NetworkTarget[] = [],
  ): { target: NetworkTarget; failedOpen: boolean } | undefined {
    const { targets, failedOpen } = this.#usableFor(this.config.crossZone ? "" : facts.zone);
    const left = tried.length === 0 ? targets : targets.filter((one) => !tried.includes(one));
    if (left.length === 0) return undefined;
    return { target: this.#choose(left, facts), failedOpen };
  }

  #choose(targets: readonly NetworkTarget[], { clientHost, hash }: FlowFacts): NetworkTarget {
    if (this.config.sourceIpStickiness) return steadyChoice(targets, clientHost);
    const turn = this.config.algorithm === "round_robin" ? this.#next++ : hash;
    return targets[turn % targets.length]!;
  }

  /** Without cross-zone balancing each zone stands for itself, its health too; "" is all zones. */
  #usableFor(zone: string): Usable {
    const known = this.#usable.get(zone);
    if (known) return known;
    const inZone = ({ config }: NetworkTarget) =>
      zone === "" || config.zone === zone || config.zone === "all";
    const usable = usableOf([...this.#targets.values()].filter(inZone), this.config);
    this.#usable.set(zone, usable);
    return usable;
  }

  /**
   * Flows of unhealthy targets end, "unless the unhealthy target triggers the load balancer to fail open".
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html
   */
  #watchHealth(target: NetworkTarget): void {
    const { unhealthyResetMs } = this.config;
    if (
      target.config.state !== "unhealthy" ||
      unhealthyResetMs === undefined ||
      this.#failsOpenTo(target)
    ) {
      target.resetTimer?.cancel();
      target.resetTimer = undefined;
      return;
    }
    if (unhealthyResetMs === 0) target.resetFlows();
    else target.resetTimer ??= this.#wall.after(unhealthyResetMs, () => target.resetFlows());
  }

  /** Whether some node sends to it although it is unhealthy. */
  #failsOpenTo({ config: { zone } }: NetworkTarget): boolean {
    if (this.config.crossZone) return this.#usableFor("").failedOpen;
    const zones =
      zone === "all" ? new Set([...this.#targets.values()].map((one) => one.config.zone)) : [zone];
    return [...zones].some((one) => this.#usableFor(one).failedOpen);
  }
}

function placeOf(reach: Reach): string {
  return "path" in reach ? reach.path : `${reach.host} ${reach.port}`;
}

/**
 * Healthy targets; when there are fewer than the group asks for, all that are registered ("fail
 * open"). https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health.html
 */
function usableOf(targets: NetworkTarget[], { minimumHealthy }: NetworkTargetGroupConfig): Usable {
  const registered = targets.filter(({ config }) => config.state !== "draining");
  // One that security groups keep the balancer from is tried: that is how it shows.
  const there = registered.filter(({ config }) => config.reach ?? config.blocked);
  const healthy = there.filter(({ config }) => config.state === "healthy");
  const percentage = registered.length === 0 ? 0 : (healthy.length / registered.length) * 100;
  const enough = healthy.length >= minimumHealthy.count && percentage >= minimumHealthy.percentage;
  if (enough) return { targets: healthy, failedOpen: false };
  return { targets: there, failedOpen: true };
}

/** The target with the highest score for this text: others coming and going moves few clients. */
function steadyChoice(targets: readonly NetworkTarget[], text: string): NetworkTarget {
  let best = targets[0]!;
  let highest = -1;
  for (const target of targets) {
    const score = hashOf(`${text} ${target.key}`);
    if (score > highest) [best, highest] = [target, score];
  }
  return best;
}

/** FNV-1a, its bits mixed, so that texts that differ by one end far apart. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
