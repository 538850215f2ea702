/** Accepts connections, finishes their TLS, and leads each to a target. */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Reach } from "#compute/driver.ts";
import type { BoundAddress } from "../application/config.ts";
import type { FlowRecord, GroupCounts, NetworkListenerConfig } from "./config.ts";
import { dial, DialError, preservedAddress } from "./dial.ts";
import type { Bound } from "./binding.ts";
import type { ListenerEnvironment } from "./listener.ts";
import { proxyProtocolBinary, proxyProtocolText } from "./proxy-protocol.ts";
import { PieceReader, withReader } from "./pieces.ts";
import { Relay, resetSocket, type RelayEnd, type RelaySide } from "./relay.ts";
import { hashOf, type Flow, type NetworkTarget, type NetworkTargetGroup } from "./target-group.ts";
import { Unanswered } from "../unanswered.ts";
import type { AcceptedTls, ListenerSecurity } from "./security.ts";

/** So many targets are tried for one connection. */
const mostTargets = 3;
const connectTimeoutMs = 10_000;

export async function openStreams(
  place: BoundAddress,
  zone: string,
  environment: ListenerEnvironment,
): Promise<Bound> {
  const connections = new Set<Connection>();
  const unanswered = new Unanswered(environment.wall);
  const server: Server = createServer(
    { allowHalfOpen: true, pauseOnConnect: true, noDelay: true },
    (socket) => {
      const { port } = environment.config();
      if (!environment.door.admits("tcp", port, socket.remoteAddress ?? "")) {
        environment.counters.node(zone, environment.security() ? "TLS" : "TCP").blockedInbound++;
        return unanswered.keep(socket);
      }
      const left = () => void connections.delete(connection);
      const connection = new Connection(socket, address, zone, environment, left);
      connections.add(connection);
      connection.start().catch((error: unknown) => {
        environment.onError(error);
        connection.reset();
      });
    },
  );
  server.listen(place.port, place.host, 1024);
  await once(server, "listening");
  server.on("error", environment.onError);
  const { address: host, port } = server.address() as { address: string; port: number };
  const address: BoundAddress = { host, port };
  return {
    address,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const connection of connections) connection.reset();
      unanswered.close();
      await closed;
    },
  };
}

/** One client's connection, from its arrival to its end. */
class Connection implements Flow {
  readonly #raw: Socket;
  readonly #zone: string;
  readonly #environment: ListenerEnvironment;
  readonly #left: () => void;
  readonly #client: BoundAddress;
  readonly #node: BoundAddress;
  readonly #listener: NetworkListenerConfig;
  readonly #security: ListenerSecurity | undefined;
  readonly #startedMs: number;
  #side: RelaySide;
  #tls: AcceptedTls | undefined;
  #relay: Relay | undefined;
  #target: NetworkTarget | undefined;
  #record: FlowRecord["target"];
  /** Of the group whose target it came to. */
  #groupCounts: (() => GroupCounts) | undefined;
  #ended = false;
  /** Bytes that reports have counted already. */
  #countedBytes = 0;

  constructor(
    raw: Socket,
    node: BoundAddress,
    zone: string,
    environment: ListenerEnvironment,
    left: () => void,
  ) {
    this.#raw = raw;
    this.#node = node;
    this.#zone = zone;
    this.#environment = environment;
    this.#left = left;
    this.#listener = environment.config();
    this.#security = environment.security();
    this.#side = { socket: raw, raw };
    this.#startedMs = environment.wall.now();
    this.#client = { host: plain(raw.remoteAddress), port: raw.remotePort ?? 0 };
  }

  async start(): Promise<void> {
    const counts = this.#counts();
    counts.newFlows++;
    counts.activeFlows++;
    this.#environment.measured.add(this);
    // Until it is joined to a target nobody else listens; its end shows when it is written to.
    this.#raw.on("error", () => this.#finish("client-reset"));
    if (this.#security && !(await this.#secure(this.#security))) return;
    const target = await this.#findTarget();
    if (this.#ended) return target && resetSocket(target);
    if (!target) return this.reset();
    const { pulse } = this.#environment;
    this.#side = this.#readable();
    const { idleTimeoutMs } = this.#listener;
    this.#relay = new Relay(
      this.#side,
      target,
      { pulse, idleTimeoutMs, onBeat: () => this.measure() },
      (end) => this.#finish(end),
    );
  }

  /** A plain connection, read into a buffer of its own from now on. */
  #readable(): RelaySide {
    const { socket, raw } = this.#side;
    if (socket !== raw) return this.#side;
    const reader = new PieceReader(this.#environment.pool);
    const adopted = withReader(raw, reader);
    return adopted ? { socket: adopted, raw: adopted, reader } : this.#side;
  }

  reset(): void {
    if (this.#relay) return this.#relay.reset();
    resetSocket(this.#side);
    this.#finish("balancer-reset");
  }

  /** Counts what has passed since the last time. */
  measure(): void {
    const bytes = (this.#relay?.receivedBytes ?? 0) + (this.#relay?.sentBytes ?? 0);
    const more = bytes - this.#countedBytes;
    if (more === 0) return;
    this.#countedBytes = bytes;
    this.#counts().processedBytes += more;
    this.#environment.bytes.count(this.#zone, more);
  }

  async #secure(security: ListenerSecurity): Promise<boolean> {
    const { wall } = this.#environment;
    const tls = await security.accept(this.#raw, wall, (side) => void (this.#side = side));
    this.#tls = tls;
    if (tls.socket) {
      tls.socket.on("error", () => this.#finish("client-reset"));
      return true;
    }
    this.#counts().clientTlsErrors++;
    this.#finish("closed");
    return false;
  }

  async #findTarget(): Promise<RelaySide | undefined> {
    const { counters, wall } = this.#environment;
    const tried: NetworkTarget[] = [];
    const hash = hashOf(
      `${this.#kind} ${this.#client.host} ${this.#client.port} ${this.#node.host} ${this.#node.port}`,
    );
    const facts = { zone: this.#zone, clientHost: this.#client.host, hash };
    const group = this.#environment.chooseGroup(this.#client.host);
    if (!group) {
      this.#counts().rejectedFlows++;
      return undefined;
    }
    while (tried.length < mostTargets && !this.#ended) {
      const picked = group.pick(facts, tried);
      const { reach, blocked } = picked?.target.config ?? {};
      if (!picked || (!reach && !blocked)) break;
      const { target, failedOpen } = picked;
      tried.push(target);
      if (!reach) {
        this.#counts().blockedOutbound++;
        continue;
      }
      const { zone } = target.config;
      const groupCounts = () => counters.group(group.config.arn, zone, this.#kind);
      const begunMs = wall.monotonic();
      // It counts as the target's from the first try on: what breaks off its flows breaks off this one.
      this.#enter(target);
      try {
        const side = await dial({
          reach,
          wall,
          timeoutMs: connectTimeoutMs,
          pool: this.#environment.pool,
          ...this.#manners(group, target, reach),
        });
        if (!this.#ended) {
          groupCounts().newFlows++;
          groupCounts().activeFlows++;
          this.#groupCounts = groupCounts;
        }
        if (failedOpen) this.#counts().unhealthyRoutedFlows++;
        const connectMs = wall.monotonic() - begunMs;
        if (this.#tls && side.socket instanceof TLSSocket)
          this.#tls.facts.targetAlpn = side.socket.alpnProtocol || undefined;
        this.#record = { groupArn: group.config.arn, key: target.key, reach, connectMs };
        return side;
      } catch (error) {
        if (!(error instanceof DialError)) throw error;
        groupCounts().connectionErrors++;
        if (error.failure === "no-port") this.#counts().portErrors++;
        if (error.failure === "tls") this.#counts().targetTlsErrors++;
        if (error.failure === "refused" && !this.#ended) this.#counts().targetResets++;
      }
    }
    if (tried.length === 0) this.#counts().rejectedFlows++;
    return undefined;
  }

  /** What a group wants of connections to its targets. */
  #manners({ config }: NetworkTargetGroup, target: NetworkTarget, reach: Reach) {
    const { proxyProtocol } = config;
    const preserves = config.preserveClientIp && !target.config.hidesClient;
    const header = proxyProtocol && { 1: proxyProtocolText, 2: proxyProtocolBinary }[proxyProtocol];
    const alpn = this.#tls?.socket?.alpnProtocol;
    return {
      header: header?.(this.#named(), this.#node),
      localAddress: preserves ? preservedAddress(this.#client.host, reach) : undefined,
      tls: config.tls ? { alpn: alpn ? [alpn] : [] } : undefined,
    };
  }

  /** The client as the cloud calls it. */
  #named(): BoundAddress {
    const { host, port } = this.#client;
    return { host: this.#environment.door.nameOf(host), port };
  }

  #enter(target: NetworkTarget): void {
    this.#target?.flows.delete(this);
    this.#target = target;
    target.flows.add(this);
  }

  get #kind(): "TCP" | "TLS" {
    return this.#security ? "TLS" : "TCP";
  }

  #counts() {
    return this.#environment.counters.node(this.#zone, this.#kind);
  }

  #finish(end: RelayEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.measure();
    const { measured, wall, isRecorded } = this.#environment;
    measured.delete(this);
    this.#target?.flows.delete(this);
    this.#left();
    const counts = this.#counts();
    counts.activeFlows--;
    if (this.#groupCounts) this.#groupCounts().activeFlows--;
    if (end === "client-reset") counts.clientResets++;
    else if (end === "target-reset") counts.targetResets++;
    else if (end === "balancer-reset") counts.balancerResets++;
    if (!isRecorded(this.#listener.arn)) return;
    this.#environment.record({
      listenerArn: this.#listener.arn,
      zone: this.#zone,
      kind: this.#kind,
      client: this.#named(),
      node: this.#node,
      target: this.#record,
      startedMs: this.#startedMs,
      endedMs: wall.now(),
      receivedBytes: this.#relay?.receivedBytes ?? 0,
      sentBytes: this.#relay?.sentBytes ?? 0,
      tls: this.#tls?.facts,
    });
  }
}

function plain(address: string | undefined): string {
  return (address ?? "").replace(/^::ffff:/, "");
}
