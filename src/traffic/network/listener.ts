/** A listener: the same port on each node, for connections, datagrams or both. */
import { isIPv6 } from "node:net";
import type { Random } from "#runtime/random.ts";
import type { Wall } from "#runtime/clock.ts";
import type { BoundAddress, BoundListener } from "../application/config.ts";
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
  /** For a client of this address. */
  chooseGroup(clientHost: string): NetworkTargetGroup | undefined;
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
    balancer: Pick<NetworkBalancerConfig, "nodes" | "ipv6">,
  ): Promise<Record<string, BoundListener>> {
    this.config = config;
    const { tls, alpn } = config;
    if (tls && this.#security) this.#security.configure(tls, alpn);
    else this.#security = tls && new ListenerSecurity(tls, alpn, this.#services.wall);
    const places = this.#places(balancer);
    const wanted = new Map(places.map((place) => [keyOf(place), this.#openingAt(place)]));
    for (const [key, { bound, wanted: present }] of this.#open) {
      if (wanted.get(key) === present) continue;
      this.#open.delete(key);
      await closeAll(bound);
    }
    const addresses: Record<string, BoundListener> = {};
    for (const place of places) {
      const key = keyOf(place);
      let opened = this.#open.get(key);
      if (!opened) {
        opened = { bound: await this.#bind(place), wanted: wanted.get(key)! };
        this.#open.set(key, opened);
      }
      const { address } = opened.bound[0]!;
      addresses[place.zone] = isIPv6(place.host)
        ? { ...addresses[place.zone]!, ipv6: address }
        : address;
    }
    return addresses;
  }

  /** Resets its flows. */
  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ bound }) => closeAll(bound)));
    this.#open.clear();
  }

  /** There is one address of IPv6 for all nodes. */
  #places({ nodes, ipv6 }: Pick<NetworkBalancerConfig, "nodes" | "ipv6">): Place[] {
    const [first] = nodes;
    if (!ipv6 || !first) return nodes;
    return [...nodes, { zone: first.zone, host: "::1" }];
  }

  #openingAt({ host }: Place): string {
    const { protocol, port } = this.config;
    return `${host} ${port} ${protocol === "TLS" ? "TCP" : protocol}`;
  }

  #bind({ zone, host }: Place): Promise<Bound[]> {
    const { protocol, port, bound } = this.config;
    const environment = this.#environment();
    const streams = (place: BoundAddress) => openStreams(place, zone, environment);
    const datagrams = (place: BoundAddress) => openDatagrams(place, zone, environment);
    const openers = [
      ...(protocol === "UDP" ? [] : [streams]),
      ...(protocol === "UDP" || protocol === "TCP_UDP" ? [datagrams] : []),
    ];
    const before = isIPv6(host) ? bound[zone]?.ipv6 : bound[zone];
    return bindAll({ host, port }, before, openers);
  }

  #environment(): ListenerEnvironment {
    return {
      ...this.#services,
      config: () => this.config,
      security: () => this.#security,
      chooseGroup: (clientHost) => this.#chooseGroup(clientHost),
    };
  }

  #chooseGroup(clientHost: string): NetworkTargetGroup | undefined {
    const family = isIPv6(clientHost) ? "ipv6" : "ipv4";
    const rule = this.config.rules?.find((one) => one.family === family);
    const { groups } = rule ?? this.config;
    if (groups.length === 1) return this.#services.group(groups[0]!.arn);
    const total = groups.reduce((sum, { weight }) => sum + weight, 0);
    let left = this.#services.random.next() * total;
    const chosen = groups.find(({ weight }) => (left -= weight) < 0);
    return chosen && this.#services.group(chosen.arn);
  }
}

type Place = NetworkBalancerConfig["nodes"][number];

const keyOf = ({ zone, host }: Place) => (isIPv6(host) ? `${zone} ipv6` : zone);

async function closeAll(bound: readonly Bound[]): Promise<void> {
  await Promise.all(bound.map((one) => one.close()));
}
