/** The data plane itself; it runs in whatever thread makes it. */
import { createBusyMeter } from "#runtime/busy.ts";
import type { Wall } from "#runtime/clock.ts";
import type { Random } from "#runtime/random.ts";
import { endOfTurn } from "#runtime/turn.ts";
import { createHttpClient, HttpClientError } from "#http/client.ts";
import { createHttp2Client } from "#http/http2-client.ts";
import { Balancer } from "./balancer.ts";
import type { BalancerEnvironment } from "./request-path.ts";
import type { DataPlane } from "./config.ts";
import { runHealthCheck } from "./health-check.ts";

export interface EngineOptions {
  wall: Wall;
  random: Random;
  onError: (error: unknown) => void;
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html#http-headers-quotas */
const longestResponseHeadBytes = 32 * 1024;

export function createEngine({ wall, random, onError }: EngineOptions): DataPlane {
  const client = createHttpClient({ wall, headBytes: longestResponseHeadBytes });
  const http2Client = createHttp2Client({ wall });
  const environment: BalancerEnvironment = {
    client,
    http2Client,
    wall,
    random,
    onError(error) {
      // A target that breaks off in the middle of its answer: its client sees that, and nothing failed here.
      if (!(error instanceof HttpClientError)) onError(error);
    },
  };
  const busy = createBusyMeter();
  const balancers = new Map<string, Balancer>();
  return {
    async configure(config) {
      let balancer = balancers.get(config.arn);
      if (!balancer) balancers.set(config.arn, (balancer = new Balancer(config, environment)));
      return balancer.configure(config);
    },
    async remove(arn) {
      const balancer = balancers.get(arn);
      balancers.delete(arn);
      await balancer?.close();
      // What broke off is written down when whoever handles it has heard of it.
      await endOfTurn();
      return balancer?.logs() ?? [];
    },
    check: (check) => runHealthCheck(check, wall),
    accessLogs: async () => [...balancers.values()].flatMap((balancer) => balancer.logs()),
    anomalies: async () => [...balancers.values()].flatMap((balancer) => balancer.anomalies()),
    async report() {
      const busyPercentage = busy.take();
      return [...balancers.values()].map((balancer) => ({ ...balancer.report(), busyPercentage }));
    },
    async close() {
      await Promise.all([...balancers.values()].map((balancer) => balancer.close()));
      balancers.clear();
      client.close();
      http2Client.close();
    },
  };
}
