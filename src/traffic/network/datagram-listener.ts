/** Passes datagrams on: a flow is what one client sends to one port until it falls silent. */
import { createSocket, type RemoteInfo, type Socket, type SocketType } from "node:dgram";
import { once } from "node:events";
import { isIPv6 } from "node:net";
import type { BoundAddress } from "../application/config.ts";
import type { Bound } from "./binding.ts";
import type { GroupCounts, NetworkListenerConfig } from "./config.ts";
import { preservedAddress } from "./dial.ts";
import type { ListenerEnvironment } from "./listener.ts";
import type { Watched } from "./pulse.ts";
import { hashOf, type Flow, type NetworkTarget } from "./target-group.ts";

/** Each flow has a socket of its own towards its target. */
const mostFlows = 10_000;
const receiveBufferBytes = 1024 * 1024;

export async function openDatagrams(
  place: BoundAddress,
  zone: string,
  environment: ListenerEnvironment,
): Promise<Bound> {
  const socket = createSocket({ type: typeFor(place.host), recvBufferSize: receiveBufferBytes });
  socket.bind(place.port, place.host);
  await once(socket, "listening");
  // A client whose port is closed makes an error of an answer; nobody is left to tell.
  socket.on("error", () => {});
  const { address: host, port } = socket.address();
  const flows = new Map<string, DatagramFlow>();
  socket.on("message", (message, from) => {
    const key = `${from.address} ${from.port}`;
    let flow = flows.get(key);
    if (!flow) {
      if (!environment.door.admits("udp", environment.config().port, from.address)) {
        environment.counters.node(zone, "UDP").blockedInbound++;
        return;
      }
      if (flows.size >= mostFlows) {
        environment.counters.node(zone, "UDP").rejectedFlows++;
        return;
      }
      const left = () => void flows.delete(key);
      flow = new DatagramFlow(socket, from, { host, port }, zone, environment, left);
      if (!flow.start()) return;
      flows.set(key, flow);
    }
    flow.send(message);
  });
  return {
    address: { host, port },
    async close() {
      for (const flow of flows.values()) flow.reset();
      const closed = once(socket, "close");
      socket.close();
      await closed;
    },
  };
}

const typeFor = (host: string): SocketType => (isIPv6(host) ? "udp6" : "udp4");

class DatagramFlow implements Flow, Watched {
  readonly #front: Socket;
  readonly #client: BoundAddress;
  readonly #node: BoundAddress;
  readonly #zone: string;
  readonly #environment: ListenerEnvironment;
  readonly #left: () => void;
  readonly #listener: NetworkListenerConfig;
  #target: NetworkTarget | undefined;
  #back: Socket | undefined;
  /** Until the socket is connected. */
  #waiting: Buffer[] | undefined = [];
  #activeMs = 0;
  #groupCounts: (() => GroupCounts) | undefined;

  constructor(
    front: Socket,
    from: RemoteInfo,
    node: BoundAddress,
    zone: string,
    environment: ListenerEnvironment,
    left: () => void,
  ) {
    this.#front = front;
    this.#client = { host: from.address, port: from.port };
    this.#node = node;
    this.#zone = zone;
    this.#environment = environment;
    this.#left = left;
    this.#listener = environment.config();
  }

  /** Whether there is a target for it. */
  start(): boolean {
    const { counters, pulse, measured } = this.#environment;
    const counts = counters.node(this.#zone, "UDP");
    const hash = hashOf(
      `UDP ${this.#client.host} ${this.#client.port} ${this.#node.host} ${this.#node.port}`,
    );
    const group = this.#environment.chooseGroup(this.#client.host);
    const picked = group?.pick({ zone: this.#zone, clientHost: this.#client.host, hash });
    const { reach, blocked, hidesClient } = picked?.target.config ?? {};
    if (blocked) {
      counts.blockedOutbound++;
      return false;
    }
    // A machine that is reached by a path has no datagrams.
    if (!group || !picked || !reach || "path" in reach) {
      counts.rejectedFlows++;
      return false;
    }
    counts.newFlows++;
    counts.activeFlows++;
    if (picked.failedOpen) counts.unhealthyRoutedFlows++;
    const { zone } = picked.target.config;
    this.#groupCounts = () => counters.group(group.config.arn, zone, "UDP");
    this.#groupCounts().newFlows++;
    this.#groupCounts().activeFlows++;
    this.#target = picked.target;
    picked.target.flows.add(this);
    measured.add(this);
    pulse.watch(this, this.#listener.datagramTimeoutMs);
    this.#activeMs = pulse.nowMs;
    const preserved =
      group.config.preserveClientIp && !hidesClient
        ? preservedAddress(this.#client.host, reach)
        : undefined;
    const localAddress = preserved ?? reach.localAddress;
    // No way leads there: the next datagram may find another target.
    this.#connect(reach, localAddress).catch(({ code }: NodeJS.ErrnoException) => {
      const counted = this.#environment.counters.node(this.#zone, "UDP");
      if (code === "EADDRNOTAVAIL" || code === "EADDRINUSE") counted.portErrors++;
      counted.rejectedFlows++;
      this.reset();
    });
    return true;
  }

  send(message: Buffer): void {
    if (this.#waiting) return void this.#waiting.push(message);
    this.#count(message);
    this.#back?.send(message);
  }

  beat(nowMs: number): void {
    if (nowMs - this.#activeMs >= this.#listener.datagramTimeoutMs) this.reset();
  }

  measure(): void {
    // Counted as they pass: datagrams are few beside the pieces of a stream.
  }

  reset(): void {
    if (!this.#target) return;
    this.#target.flows.delete(this);
    this.#target = undefined;
    const { pulse, measured, counters } = this.#environment;
    pulse.leave(this);
    measured.delete(this);
    counters.node(this.#zone, "UDP").activeFlows--;
    if (this.#groupCounts) this.#groupCounts().activeFlows--;
    this.#back?.close();
    this.#back = undefined;
    this.#left();
  }

  async #connect(reach: BoundAddress, localAddress: string | undefined): Promise<void> {
    const back = createSocket({ type: typeFor(reach.host) });
    this.#back = back;
    // A target without a listener answers with an error for each datagram: the flow goes on, as on AWS.
    back.on("error", () => {});
    back.on("message", (message) => {
      this.#count(message);
      this.#front.send(message, this.#client.port, this.#client.host);
    });
    if (localAddress !== undefined) {
      back.bind(0, localAddress);
      await once(back, "listening");
    }
    if (this.#back !== back) return;
    back.connect(reach.port, reach.host);
    await once(back, "connect");
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const message of waiting) this.send(message);
  }

  #count(message: Buffer): void {
    const { pulse, counters, packets, bytes } = this.#environment;
    this.#activeMs = pulse.nowMs;
    const counts = counters.node(this.#zone, "UDP");
    counts.processedBytes += message.length;
    counts.processedPackets++;
    packets.count(this.#zone, 1);
    bytes.count(this.#zone, message.length);
  }
}
