/** A classic load balancer, backends with real sockets behind it, and clients in front: for its tests. */
import { connect, type Socket } from "node:net";
import { once } from "node:events";
import type { TestContext } from "node:test";
import { createSeededRandom } from "#runtime/random.ts";
import { createHttpClient, type ClientRequest, type ClientResponse } from "#http/client.ts";
import { readBody, type HttpHandler, type HttpServer } from "#http/http.ts";
import { serve } from "#http/server.ts";
import type { BoundAddress } from "../../application/config.ts";
import { wall } from "../../application/testing/stage.ts";
import type {
  ClassicBalancerConfig,
  ClassicInstanceConfig,
  ClassicListenerConfig,
} from "../config.ts";
import { createClassicEngine } from "../engine.ts";

const backendPort = 80;

export function createClassicStage(context: TestContext, engineWall = wall) {
  const errors: unknown[] = [];
  const plane = createClassicEngine({
    wall: engineWall,
    random: createSeededRandom(5),
    onError: (error) => void errors.push(error),
  });
  const client = createHttpClient({ wall });
  const servers: HttpServer[] = [];
  let bound: BoundAddress[] = [];
  context.after(async () => {
    client.close();
    await plane.close();
    await Promise.all(servers.map((server) => server.close(0)));
  });
  const stage = {
    plane,
    errors,
    at: (index = 0) => bound[index]!,
    async backend(handler: HttpHandler, port = 0): Promise<HttpServer> {
      const server = await serve({ host: "127.0.0.1", port, wall, handler });
      servers.push(server);
      return server;
    },
    async configure(changes: Partial<ClassicBalancerConfig>) {
      bound = await plane.configureClassic({ ...balancer, ...changes });
    },
    open(path: string, changes: Partial<ClientRequest> = {}): Promise<ClientResponse> {
      return client.request({
        address: stage.at(),
        method: "GET",
        target: path,
        rawHeaders: ["Host", "shop.example"],
        ...changes,
      });
    },
    async get(path: string, changes: Partial<ClientRequest> = {}) {
      const { status, reason, headers, rawHeaders, body } = await stage.open(path, changes);
      const text = String(await readBody(body, 1e9));
      return { status, reason, headers, rawHeaders, text };
    },
    async connect(index = 0): Promise<Socket> {
      const socket = connect({ ...stage.at(index), noDelay: true });
      await once(socket, "connect");
      return socket;
    },
    report: async () => (await plane.reportClassic())[0]!.zones,
  };
  return stage;
}

export function instance(
  id: string,
  port: number,
  changes: Partial<ClassicInstanceConfig> = {},
): ClassicInstanceConfig {
  return {
    id,
    zone: "us-east-1a",
    state: "in-service",
    reaches: { [backendPort]: { host: "127.0.0.1", port } },
    ...changes,
  };
}

export const http: ClassicListenerConfig = {
  port: 80,
  protocol: "HTTP",
  bound: undefined,
  tls: undefined,
  instancePort: backendPort,
  backend: undefined,
  proxyProtocol: false,
  stickiness: undefined,
};

const balancer: ClassicBalancerConfig = {
  id: "lb",
  name: "web",
  // Binding fails here, so that listeners take free ports.
  loopbackHost: "192.0.2.1",
  zones: ["us-east-1a"],
  crossZone: false,
  idleTimeoutMs: 60_000,
  secret: "07".repeat(32),
  desync: "defensive",
  accessLog: false,
  cutsUnhealthy: false,
  listeners: [http],
  instances: [],
};
