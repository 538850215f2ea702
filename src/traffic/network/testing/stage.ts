/** A layer-4 data plane, targets with real sockets behind it, and clients in front: for its tests. */
import { createSocket, type Socket as DatagramSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { createSeededRandom } from "#runtime/random.ts";
import { createHeldWall, pause, until, wall } from "../../application/testing/stage.ts";
import type { BoundAddress } from "../../application/config.ts";
import type {
  FlowCounts,
  FlowKind,
  NetworkBalancerConfig,
  NetworkListenerConfig,
  NetworkTargetConfig,
  NetworkTargetGroupConfig,
} from "../config.ts";
import { createNetworkEngine } from "../engine.ts";

export { createHeldWall, pause, until };

export type Stage = ReturnType<typeof createStage>;

export function createStage(context: TestContext, engineWall = wall) {
  const plane = createNetworkEngine({
    wall: engineWall,
    random: createSeededRandom(3),
    onError: (error) => void stage.errors.push(error),
  });
  const closing: (() => void)[] = [];
  context.after(async () => {
    await plane.close();
    for (const close of closing) close();
  });
  let bound: Record<string, BoundAddress>[] = [];
  const stage = {
    plane,
    errors: [] as unknown[],
    /** Where the first listener of a zone's node is bound. */
    at: (zone = "a", listener = 0) => bound[listener]![zone]!,
    async target(handle: (socket: Socket) => void): Promise<{ port: number; server: Server }> {
      const sockets = new Set<Socket>();
      const server = createServer({ allowHalfOpen: true }, (socket) => {
        sockets.add(socket);
        socket.on("error", () => {});
        handle(socket);
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      closing.push(() => {
        server.close();
        for (const socket of sockets) socket.destroy();
      });
      return { port: (server.address() as { port: number }).port, server };
    },
    async datagramTarget(answer: (message: string) => string): Promise<number> {
      const socket = createSocket("udp4");
      socket.bind(0, "127.0.0.1");
      await once(socket, "listening");
      socket.on("message", (message, from) =>
        socket.send(answer(String(message)), from.port, from.address),
      );
      closing.push(() => socket.close());
      return socket.address().port;
    },
    async configure(changes: Partial<NetworkBalancerConfig>) {
      bound = await plane.configureNetwork({ ...balancer, ...changes });
      return bound;
    },
    /** One listener that sends everything to one group of these targets. */
    sendTo(
      targets: NetworkTargetConfig[],
      group: Partial<NetworkTargetGroupConfig> = {},
      listenerChanges: Partial<NetworkListenerConfig> = {},
      changes: Partial<NetworkBalancerConfig> = {},
    ) {
      return stage.configure({
        listeners: [{ ...listener, ...listenerChanges }],
        targetGroups: [{ ...targetGroup, targets, ...group }],
        ...changes,
      });
    },
    async client(zone = "a"): Promise<Socket> {
      const socket = connect({ ...stage.at(zone), allowHalfOpen: true });
      socket.on("error", () => {});
      closing.push(() => socket.destroy());
      await once(socket, "connect");
      return socket;
    },
    /** How a connection ends that nobody answers. */
    async outcome(): Promise<string> {
      const socket = connect({ ...stage.at(), allowHalfOpen: true });
      closing.push(() => socket.destroy());
      return endOf(socket);
    },
    async datagramClient(): Promise<DatagramSocket> {
      const socket = createSocket("udp4");
      const { host, port } = stage.at();
      socket.connect(port, host);
      await once(socket, "connect");
      closing.push(() => socket.close());
      return socket;
    },
    /** What a client gets that sends this and then ends. */
    async ask(text: string, zone = "a"): Promise<string> {
      const socket = await stage.client(zone);
      socket.end(text);
      return readAll(socket);
    },
    async counts(kind: FlowKind = "TCP", zone = "a"): Promise<Partial<FlowCounts>> {
      const [report] = await plane.reportNetwork();
      const found = report!.nodes.find((node) => node.kind === kind && node.zone === zone);
      const entries = Object.entries(found?.counts ?? {}).filter(([, count]) => count !== 0);
      return Object.fromEntries(entries);
    },
    /** The counts of all that has ended by the time that no flow is under way any more. */
    async settled(kind: FlowKind = "TCP"): Promise<Partial<FlowCounts>> {
      const sum: Record<string, number> = {};
      for (;;) {
        const { activeFlows, ...ended } = await stage.counts(kind);
        for (const [name, count] of Object.entries(ended)) sum[name] = (sum[name] ?? 0) + count;
        if (activeFlows === undefined) return sum;
        await pause(1);
      }
    },
  };
  return stage;
}

export async function readAll(socket: Socket): Promise<string> {
  let text = "";
  for await (const piece of socket) text += String(piece);
  return text;
}

/** What ends a connection: "end" or the code of its error. */
export function endOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.resume();
    socket.on("end", () => resolve("end"));
    socket.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code ?? "error"));
  });
}

export function target(
  port: number,
  changes: Partial<NetworkTargetConfig> = {},
): NetworkTargetConfig {
  const reach = { host: "127.0.0.1", port };
  return { key: `127.0.0.1:${port}`, zone: "a", reach, state: "healthy", ...changes };
}

export const targetGroup: NetworkTargetGroupConfig = {
  arn: "tg",
  tls: false,
  algorithm: "flow_hash",
  sourceIpStickiness: false,
  crossZone: true,
  proxyProtocol: undefined,
  preserveClientIp: false,
  resetsDeregistered: false,
  unhealthyResetMs: 0,
  minimumHealthy: { count: 1, percentage: 0 },
  targets: [],
};

export const listener: NetworkListenerConfig = {
  arn: "listener",
  protocol: "TCP",
  port: 80,
  bound: {},
  tls: undefined,
  alpn: [],
  idleTimeoutMs: 60_000,
  datagramTimeoutMs: 60_000,
  groups: [{ arn: "tg", weight: 1 }],
};

const balancer: NetworkBalancerConfig = {
  arn: "lb",
  // Binding fails here, so that listeners take free ports.
  nodes: [
    { zone: "a", host: "192.0.2.1" },
    { zone: "b", host: "192.0.2.2" },
  ],
  recorded: [],
  listeners: [],
  targetGroups: [],
};
