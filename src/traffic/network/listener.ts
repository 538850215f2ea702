/** A listener: the same port on each node, for connections, datagrams or both. */
import type { Random } from "#runtime/random.ts";
import type { Wall } from "#runtime/clock.ts";
import type { BoundAddress } from "../application/config.ts";
import { bindAll, type Bound } from "./binding.ts";
import type { FlowRecord, NetworkBalancerConfig, NetworkListenerConfig } from "./config.ts";
import type { NetworkCounters } from "./counters.ts";
import type { Door } from "../door.ts";
import { openDatagrams } from "./datagram-listener.ts";
import type { PeakRate } from "./peak-rate.ts";
import type { BufferPool } from "./pieces.ts";
import type { Pulse } from "./pulse.ts";
import { ListenerSecurity } from "./security.ts";
import { openStreams } from "./stream-listener.ts";
import type { NetworkTargetGroup } from "./target-group.ts";

/** What counts itself when a report is due. */
export interface Measured {
  measure(): void;
}

export interface NetworkEnvironment {
  wall: Wall;
  random: Random;
  pulse: Pulse;
  pool: BufferPool;
  onError: (error: unknown) => void;
}

/** What a flow sees of its listener and its balancer. */
export interface ListenerEnvironment extends NetworkEnvironment {
  config(): NetworkListenerConfig;
  security(): ListenerSecurity | undefined;
  chooseGroup(): NetworkTargetGroup | undefined;
  door: Door;
  counters: NetworkCounters;
  /** Of datagrams. */
  packets: PeakRate;
  bytes: PeakRate;
  measured: Set<Measured>;
  isRecorded: (listenerArn: string) => boolean;
  record: (record: FlowRecord) => void;
}

export interface BalancerServices extends NetworkEnvironment {
  door: Door;
  counters: NetworkCounters;
  packets: PeakRate;
  bytes: PeakRate;
  measured: Set<Measured>;
  group: (arn: string) => NetworkTargetGroup | undefined;
  isRecorded: (listenerArn: string) => boolean;
  record: (record: FlowRecord) => void;
}

export class NetworkListener {
  config: NetworkListenerConfig;
  readonly #services: BalancerServices;
  readonly #open = new Map<string, { bound: Bound[]; wanted: string }>();
  #security: ListenerSecurity | undefined;

  constructor(config: NetworkListenerConfig, services: BalancerServices) {
    this.config = config;
    this.#services = services;
  }

  /** Opens what is not open yet and closes what has gone; gives where, by zone. */
  async configure(
    config: NetworkListenerConfig,
    nodes: NetworkBalancerConfig["nodes"],
  ): Promise<Record<string, BoundAddress>> {
    this.config = config;
    const { tls, alpn } = config;
    if (tls && this.#security) this.#security.configure(tls, alpn);
    else this.#security = tls && new ListenerSecurity(tls, alpn);
    const wanted = new Map(nodes.map(({ zone, host }) => [zone, `${host} ${this.#kindOfOpening}`]));
    for (const [zone, { bound, wanted: present }] of this.#open) {
      if (wanted.get(zone) === present) continue;
      this.#open.delete(zone);
      await closeAll(bound);
    }
    const addresses: Record<string, BoundAddress> = {};
    for (const { zone, host } of nodes) {
      let opened = this.#open.get(zone);
      if (!opened) {
        opened = { bound: await this.#bind(zone, host), wanted: wanted.get(zone)! };
        this.#open.set(zone, opened);
      }
      addresses[zone] = opened.bound[0]!.address;
    }
    return addresses;
  }

  /** Resets its flows. */
  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ bound }) => closeAll(bound)));
    this.#open.clear();
  }

  get #kindOfOpening(): string {
    const { protocol, port } = this.config;
    return `${port} ${protocol === "TLS" ? "TCP" : protocol}`;
  }

  #bind(zone: string, host: string): Promise<Bound[]> {
    const { protocol, port, bound } = this.config;
    const environment = this.#environment();
    const streams = (place: BoundAddress) => openStreams(place, zone, environment);
    const datagrams = (place: BoundAddress) => openDatagrams(place, zone, environment);
    const openers = [
      ...(protocol === "UDP" ? [] : [streams]),
      ...(protocol === "UDP" || protocol === "TCP_UDP" ? [datagrams] : []),
    ];
    return bindAll({ host, port }, bound[zone], openers);
  }

  #environment(): ListenerEnvironment {
    return {
      ...this.#services,
      config: () => this.config,
      security: () => this.#security,
      chooseGroup: () => this.#chooseGroup(),
    };
  }

  #chooseGroup(): NetworkTargetGroup | undefined {
    const { groups } = this.config;
    if (groups.length === 1) return this.#services.group(groups[0]!.arn);
    const total = groups.reduce((sum, { weight }) => sum + weight, 0);
    let left = this.#services.random.next() * total;
    const chosen = groups.find(({ weight }) => (left -= weight) < 0);
    return chosen && this.#services.group(chosen.arn);
  }
}

async function closeAll(bound: readonly Bound[]): Promise<void> {
  await Promise.all(bound.map((one) => one.close()));
}
