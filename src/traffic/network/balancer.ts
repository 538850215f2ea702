/** One layer-4 balancer: its listeners and its target groups at run time. */
import type { BoundListener } from "../application/config.ts";
import { Door } from "../door.ts";
import type { FlowRecord, NetworkBalancerConfig, NetworkReport } from "./config.ts";
import { NetworkCounters } from "./counters.ts";
import {
  NetworkListener,
  type BalancerServices,
  type Measured,
  type NetworkEnvironment,
} from "./listener.ts";
import { PeakRate } from "./peak-rate.ts";
import { NetworkTargetGroup } from "./target-group.ts";

/** So many records are kept until they are fetched; what comes beyond is lost. */
const mostRecords = 100_000;

export class NetworkBalancer {
  readonly #environment: NetworkEnvironment;
  readonly #counters = new NetworkCounters();
  readonly #packets: PeakRate;
  readonly #bytes: PeakRate;
  readonly #door = new Door();
  readonly #measured = new Set<Measured>();
  readonly #listeners = new Map<string, NetworkListener>();
  readonly #groups = new Map<string, NetworkTargetGroup>();
  #recorded = new Set<string>();
  #records: FlowRecord[] = [];

  constructor(environment: NetworkEnvironment) {
    this.#environment = environment;
    const now = () => environment.wall.monotonic();
    this.#packets = new PeakRate(now);
    this.#bytes = new PeakRate(now);
  }

  async configure(config: NetworkBalancerConfig): Promise<Record<string, BoundListener>[]> {
    this.#recorded = new Set(config.recorded);
    this.#door.configure(config.inbound, config.clientNames);
    const groups = new Set(config.targetGroups.map(({ arn }) => arn));
    for (const [arn, group] of this.#groups)
      if (!groups.has(arn)) {
        this.#groups.delete(arn);
        group.close();
      }
    for (const group of config.targetGroups) {
      const present = this.#groups.get(group.arn);
      if (present) present.configure(group);
      else this.#groups.set(group.arn, new NetworkTargetGroup(group, this.#environment.wall));
    }
    const listeners = new Set(config.listeners.map(({ arn }) => arn));
    for (const [arn, listener] of this.#listeners)
      if (!listeners.has(arn)) {
        this.#listeners.delete(arn);
        await listener.close();
      }
    const bound: Record<string, BoundListener>[] = [];
    for (const listenerConfig of config.listeners) {
      let listener = this.#listeners.get(listenerConfig.arn);
      if (!listener) {
        listener = new NetworkListener(listenerConfig, this.#services());
        this.#listeners.set(listenerConfig.arn, listener);
      }
      bound.push(await listener.configure(listenerConfig, config));
    }
    return bound;
  }

  report(arn: string): NetworkReport {
    for (const flow of this.#measured) flow.measure();
    for (const [zone, peak] of this.#packets.take())
      this.#counters.node(zone, "UDP").peakPackets = peak;
    for (const [zone, peak] of this.#bytes.take()) this.#counters.anyOf(zone).peakBytes = peak;
    return this.#counters.take(arn);
  }

  records(): FlowRecord[] {
    const records = this.#records;
    this.#records = [];
    return records;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#listeners.values()].map((listener) => listener.close()));
    for (const group of this.#groups.values()) group.close();
  }

  #services(): BalancerServices {
    return {
      ...this.#environment,
      door: this.#door,
      counters: this.#counters,
      packets: this.#packets,
      bytes: this.#bytes,
      measured: this.#measured,
      group: (arn) => this.#groups.get(arn),
      isRecorded: (listenerArn) => this.#recorded.has(listenerArn),
      record: (record) => {
        if (this.#records.length < mostRecords) this.#records.push(record);
      },
    };
  }
}
