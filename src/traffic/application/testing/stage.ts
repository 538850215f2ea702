/** A data plane, backends with real sockets behind it, and a client in front: for its tests. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Task } from "#runtime/clock.ts";
import { createSeededRandom } from "#runtime/random.ts";
import { createVirtualClock } from "#runtime/virtual-clock.ts";
import { createWall } from "#runtime/wall.ts";
import { createHttpClient, type ClientRequest, type ClientResponse } from "#http/client.ts";
import { readBody, type HttpHandler, type HttpServer } from "#http/http.ts";
import { serve } from "#http/server.ts";
import type {
  ActionConfig,
  BalancerConfig,
  BalancerReport,
  BoundAddress,
  BoundListener,
  RuleConfig,
  TargetConfig,
  TargetGroupConfig,
} from "../config.ts";
import { createEngine } from "../engine.ts";

export const wall = createWall((error) => {
  throw error;
});

/** Time of connections that passes only by `clock.advance`, however long the host takes. */
export function createHeldWall(context: TestContext) {
  const clock = createVirtualClock({ onError: assert.ifError });
  context.after(() => clock.stop());
  const after = (delayMs: number, task: Task) => clock.after(delayMs, task);
  return {
    clock,
    wall: { now: () => clock.now(), monotonic: () => clock.now(), after },
    /** Time passes until this is there. */
    passUntil: async <T>(awaited: Promise<T>): Promise<T> => {
      const phase = { waiting: true };
      const settled = () => (phase.waiting = false);
      awaited.then(settled, settled);
      while (phase.waiting) {
        await clock.advance(20);
        await pause(1);
      }
      return awaited;
    },
  };
}

export interface Answer {
  status: number;
  headers: Readonly<Record<string, string | undefined>>;
  rawHeaders: readonly string[];
  text: string;
}

export function createStage(context: TestContext, engineWall = wall) {
  const plane = createEngine({
    wall: engineWall,
    random: createSeededRandom(3),
    onError: (error) => void stage.errors.push(error),
  });
  const client = createHttpClient({ wall });
  const servers: HttpServer[] = [];
  context.after(async () => {
    client.close();
    await plane.close();
    await Promise.all(servers.map((server) => server.close(0)));
  });
  let address: BoundAddress | undefined;
  const stage = {
    plane,
    errors: [] as unknown[],
    get port(): number {
      return address!.port;
    },
    async backend(handler: HttpHandler): Promise<HttpServer> {
      const server = await serve({ host: "127.0.0.1", port: 0, wall, handler });
      servers.push(server);
      return server;
    },
    async configure(changes: Partial<BalancerConfig>): Promise<BoundListener[]> {
      const bound = await plane.configure({ ...balancer, ...changes });
      address = bound[0];
      return bound;
    },
    /** One listener that forwards everything to one group of these targets. */
    forwardTo(
      targets: TargetConfig[],
      group: Partial<TargetGroupConfig> = {},
      changes: Partial<BalancerConfig> = {},
    ) {
      return stage.configure({
        ...changes,
        listeners: [listener([defaultRule(forward("tg"))])],
        targetGroups: [{ ...targetGroup, arn: "tg", targets, ...group }],
      });
    },
    open(path: string, changes: Partial<ClientRequest> = {}): Promise<ClientResponse> {
      return client.request({
        address: address!,
        method: "GET",
        target: path,
        rawHeaders: ["Host", "shop.example"],
        ...changes,
      });
    },
    async get(path: string, changes: Partial<ClientRequest> = {}): Promise<Answer> {
      const { status, headers, rawHeaders, body } = await stage.open(path, changes);
      return { status, headers, rawHeaders, text: String(await readBody(body, 1e9)) };
    },
    async report(): Promise<BalancerReport> {
      return (await plane.report())[0]!;
    },
  };
  return stage;
}

export function target(
  server: Pick<HttpServer, "port">,
  changes: Partial<TargetConfig> = {},
): TargetConfig {
  const reach = { host: "127.0.0.1", port: server.port };
  const key = `i-${server.port}:${server.port}`;
  return { key, zone: "us-east-1a", reach, state: "healthy", healthyForMs: 1e9, ...changes };
}

export const targetGroup: TargetGroupConfig = {
  arn: "tg",
  tls: false,
  version: "HTTP1",
  algorithm: "round_robin",
  slowStartMs: 0,
  crossZone: true,
  stickiness: undefined,
  minimumHealthy: { count: 1, percentage: 0 },
  targets: [],
};

/** One without listeners. */
export const balancer: BalancerConfig = {
  arn: "lb",
  dnsName: "lb-1.us-east-1.elb.localhost",
  // Binding fails here, so that listeners take free ports.
  loopbackHost: "192.0.2.1",
  zones: ["us-east-1a", "us-east-1b"],
  idleTimeoutMs: 60_000,
  secret: "07".repeat(32),
  dropInvalidHeaders: false,
  forwardedFor: "append",
  forwardedForPort: false,
  tlsHeaders: false,
  http2: true,
  preserveHost: false,
  accessLog: false,
  clientKeepAliveMs: 3_600_000,
  listeners: [],
  targetGroups: [],
};

export function listener(rules: RuleConfig[], port = 80) {
  return {
    arn: `listener-${port}`,
    port,
    bound: undefined,
    tls: undefined,
    serverHeader: true,
    responseFields: [],
    renamed: {},
    rules,
  };
}

export function defaultRule(action: ActionConfig): RuleConfig {
  return { arn: "default", conditions: [], action };
}

export function forward(...arns: string[]): ActionConfig {
  return {
    type: "forward",
    groups: arns.map((arn) => ({ arn, weight: 1 })),
    stickinessMs: undefined,
  };
}

export function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => wall.after(delayMs, resolve));
}

/** Waits for something that sockets bring about; the test's own timeout is the limit. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(1);
}
