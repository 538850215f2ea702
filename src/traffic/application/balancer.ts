/** One load balancer: its listeners and its target groups at run time. */
import { connectionLine, type ConnectionFacts } from "./connection-log.ts";
import { LogLines } from "./log-lines.ts";
import type {
  Anomaly,
  BalancerConfig,
  BalancerLog,
  BalancerReport,
  BoundListener,
  ListenerConfig,
} from "./config.ts";
import { Counters } from "./counters.ts";
import { Listener } from "./listener.ts";
import { Listeners } from "./listeners.ts";
import { TargetGroup } from "./target-group.ts";
import { Door } from "../door.ts";
import { RequestPath, type BalancerEnvironment } from "./request-path.ts";

export class Balancer {
  readonly #environment: BalancerEnvironment;
  readonly #counters = new Counters();
  readonly #connectionLog = new LogLines();
  readonly #listeners = new Listeners((config) => this.#createListener(config));
  /** Those of one configuration: requests keep to what held when they came. */
  #groups: ReadonlyMap<string, TargetGroup> = new Map();
  readonly #door = new Door();
  readonly #path: RequestPath;
  #config: BalancerConfig;

  constructor(config: BalancerConfig, environment: BalancerEnvironment) {
    this.#config = config;
    this.#environment = environment;
    this.#path = new RequestPath(config, environment, this.#counters);
  }

  async configure(config: BalancerConfig): Promise<BoundListener[]> {
    const { random, wall } = this.#environment;
    const adoptRules = await this.#listeners.prepare(config);
    // All at once: no request meets a rule without the group that it leads to.
    this.#door.configure(config.inbound, config.clientNames);
    this.#config = config;
    const nowMs = wall.monotonic();
    const groups = new Map<string, TargetGroup>();
    for (const group of config.targetGroups) {
      const present = this.#groups.get(group.arn);
      present?.configure(group, nowMs);
      groups.set(group.arn, present ?? new TargetGroup(group, random, nowMs));
    }
    // Requests that are under way to those which are left out come to their end.
    this.#groups = groups;
    this.#path.configure(config, groups);
    adoptRules();
    return this.#listeners.open(config);
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
    await this.#listeners.close();
    for (const group of this.#groups.values()) group.close();
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
