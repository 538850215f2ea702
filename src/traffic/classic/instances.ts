/** A classic load balancer's instances at run time: who gets the next request, and what is under way where. */
import type { ClassicBalancerConfig, ClassicInstanceConfig } from "./config.ts";

/** What is under way at an instance and can be broken off. */
export interface Breakable {
  breakOff(): void;
}

export class Instance {
  readonly id: string;
  readonly underWay = new Set<Breakable>();
  config: ClassicInstanceConfig;

  constructor(config: ClassicInstanceConfig) {
    this.id = config.id;
    this.config = config;
  }

  breakOffAll(): void {
    for (const one of this.underWay) one.breakOff();
  }
}

type Pool = Pick<ClassicBalancerConfig, "instances" | "crossZone" | "cutsUnhealthy">;

export class Instances {
  readonly #all = new Map<string, Instance>();
  readonly #inService = new Map<string, Instance[]>();
  #crossZone = false;
  #next = 0;

  /** Instances that left have had their time: what is still under way there ends. */
  configure({ instances, crossZone, cutsUnhealthy }: Pool): void {
    this.#crossZone = crossZone;
    const present = new Set(instances.map(({ id }) => id));
    for (const [id, instance] of this.#all)
      if (!present.has(id)) {
        this.#all.delete(id);
        instance.breakOffAll();
      }
    for (const config of instances) {
      const instance = this.#all.get(config.id);
      if (!instance) this.#all.set(config.id, new Instance(config));
      else {
        instance.config = config;
        if (cutsUnhealthy && config.state === "out-of-service") instance.breakOffAll();
      }
    }
    this.#inService.clear();
  }

  close(): void {
    for (const instance of this.#all.values()) instance.breakOffAll();
  }

  /** How much a draining instance has still to finish; undefined for one that may get more. */
  underWay(id: string): number | undefined {
    const instance = this.#all.get(id);
    return instance?.config.state === "draining" ? instance.underWay.size : undefined;
  }

  /** The instance if it may get new requests: what a client's cookie asks for. */
  inService(id: string): Instance | undefined {
    const instance = this.#all.get(id);
    return instance?.config.state === "in-service" ? instance : undefined;
  }

  /**
   * The one with the fewest requests under way, as HTTP listeners want it; `tried` have failed already.
   * Unhealthy instances get nothing, even when there are no others.
   * https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html#routing-algorithm
   */
  leastBusy(zone: string, tried: readonly Instance[]): Instance | undefined {
    const candidates = this.#candidates(zone, tried);
    const offset = this.#next++;
    let best = candidates[offset % candidates.length];
    for (let index = 1; best && index < candidates.length; index++) {
      const instance = candidates[(offset + index) % candidates.length]!;
      if (instance.underWay.size < best.underWay.size) best = instance;
    }
    return best;
  }

  /** The next one in turn, as TCP listeners want it. */
  inTurn(zone: string, tried: readonly Instance[]): Instance | undefined {
    const candidates = this.#candidates(zone, tried);
    return candidates[this.#next++ % candidates.length];
  }

  #candidates(zone: string, tried: readonly Instance[]): Instance[] {
    const key = this.#crossZone ? "" : zone;
    let usable = this.#inService.get(key);
    if (!usable) {
      usable = [...this.#all.values()].filter(
        ({ config }) => config.state === "in-service" && (this.#crossZone || config.zone === zone),
      );
      this.#inService.set(key, usable);
    }
    return tried.length === 0 ? usable : usable.filter((instance) => !tried.includes(instance));
  }
}
