/** One load balancer: its listeners and its target groups at run time. */
import { connectionLine, type ConnectionFacts } from "./connection-log.ts";
import { LogLines } from "./log-lines.ts";
import type {
  Anomaly,
  BalancerConfig,
  BalancerLog,
  BalancerReport,
  BoundAddress,
  BoundListener,
  ListenerConfig,
} from "./config.ts";
import { Counters } from "./counters.ts";
import { Listener } from "./listener.ts";
import { boundListeners, placesOf } from "./listener-places.ts";
import { TargetGroup } from "./target-group.ts";
import { Door } from "../door.ts";
import { RequestPath, type BalancerEnvironment } from "./request-path.ts";

export class Balancer {
  readonly #environment: BalancerEnvironment;
  readonly #counters = new Counters();
  readonly #connectionLog = new LogLines();
  readonly #listeners = new Map<string, Listener>();
  readonly #groups = new Map<string, TargetGroup>();
  readonly #door = new Door();
  readonly #path: RequestPath;
  #config: BalancerConfig;

  constructor(config: BalancerConfig, environment: BalancerEnvironment) {
    this.#config = config;
    this.#environment = environment;
    this.#path = new RequestPath(config, environment, {
      counters: this.#counters,
      groups: this.#groups,
    });
  }

  async configure(config: BalancerConfig): Promise<BoundListener[]> {
    const { random, wall } = this.#environment;
    this.#path.configure(config);
    this.#door.configure(config.inbound, config.clientNames);
    this.#config = config;
    const nowMs = wall.monotonic();
    const groups = new Set(config.targetGroups.map(({ arn }) => arn));
    for (const [arn, group] of this.#groups)
      if (!groups.has(arn)) {
        this.#groups.delete(arn);
        group.close();
      }
    for (const group of config.targetGroups) {
      const present = this.#groups.get(group.arn);
      if (present) present.configure(group, nowMs);
      else this.#groups.set(group.arn, new TargetGroup(group, random, nowMs));
    }
    return this.#configureListeners(config);
  }

  logs(): BalancerLog[] {
    const { arn } = this.#config;
    return [
      ...this.#path.takeLines().map((log) => ({ arn, kind: "access" as const, ...log })),
      ...this.#connectionLog.take().map((log) => ({ arn, kind: "connection" as const, ...log })),
    ];
  }

  anomalies(): Anomaly[] {
    const nowMs = this.#environment.wall.monotonic();
    return [...this.#groups.values()].flatMap((group) => group.anomalies(nowMs));
  }

  report(): Omit<BalancerReport, "busyPercentage"> {
    const peakUnits = this.#path.takePeakUnits();
    return { ...this.#counters.take(this.#config.arn), peakUnits };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#listeners.values()].map((listener) => listener.close()));
    for (const group of this.#groups.values()) group.close();
  }

  async #configureListeners(config: BalancerConfig): Promise<BoundListener[]> {
    const places = placesOf(config);
    for (const [key, listener] of this.#listeners) {
      if (places.get(key)?.config.port === listener.port) continue;
      this.#listeners.delete(key);
      await listener.close();
    }
    const bound = new Map<string, BoundAddress>();
    for (const [key, { config: own, loopbackHost }] of places) {
      let listener = this.#listeners.get(key);
      if (!listener) this.#listeners.set(key, (listener = this.#createListener(own)));
      await listener.configure(own);
      bound.set(key, await listener.open({ ...config, loopbackHost }));
    }
    return boundListeners(config.listeners, bound);
  }

  #createListener(config: ListenerConfig): Listener {
    return new Listener(config, {
      ...this.#environment,
      handle: (request, served) => this.#path.handle(request, served),
      refuse: (status, request, own) => this.#path.refuse(status, request, own),
      door: this.#door,
      onOpen: (port) => this.#counters.opened(this.#path.zoneOf(port)),
      onClose: (zone, port) => this.#counters.closed(zone ?? this.#path.zoneOf(port)),
      onHandshakeError: (port) => this.#counters.node(this.#path.zoneOf(port)).tlsErrors++,
      connectionLog: {
        wanted: () => this.#config.connectionLog === true,
        add: (facts) => this.#logConnection(facts),
      },
    });
  }

  #logConnection(facts: ConnectionFacts): void {
    const own = this.#path.logFacts(facts.remotePort, facts.listenerPort);
    const line = connectionLine(facts, own, this.#environment.wall.now());
    this.#connectionLog.add(own.zone, line);
  }
}
