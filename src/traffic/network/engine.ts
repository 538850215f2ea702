/** The layer-4 data plane itself; it runs in whatever thread makes it. */
import { endOfTurn } from "#runtime/turn.ts";
import type { EngineOptions } from "../application/engine.ts";
import type { HealthCheckResult } from "../application/config.ts";
import { NetworkBalancer } from "./balancer.ts";
import type { NetworkPlane } from "./config.ts";
import { dial, DialError } from "./dial.ts";
import { BufferPool } from "./pieces.ts";
import { Pulse } from "./pulse.ts";

export function createNetworkEngine({
  wall,
  random,
  onError,
}: EngineOptions): NetworkPlane & { close(): Promise<void> } {
  const pulse = new Pulse(wall);
  const pool = new BufferPool();
  const balancers = new Map<string, NetworkBalancer>();
  return {
    async configureNetwork(config) {
      let balancer = balancers.get(config.arn);
      if (!balancer) {
        balancer = new NetworkBalancer({ wall, random, pulse, pool, onError });
        balancers.set(config.arn, balancer);
      }
      return balancer.configure(config);
    },
    async removeNetwork(arn) {
      const balancer = balancers.get(arn);
      balancers.delete(arn);
      await balancer?.close();
      // Flows end with their sockets.
      await endOfTurn();
      return balancer?.records() ?? [];
    },
    async checkTcp({ reach, timeoutMs, preface }): Promise<HealthCheckResult> {
      try {
        (await dial({ reach, wall, timeoutMs, header: preface })).raw.destroy();
        return { healthy: true };
      } catch (error) {
        if (!(error instanceof DialError)) throw error;
        return { healthy: false, reason: error.failure === "timeout" ? "timeout" : "failed" };
      }
    },
    reportNetwork: async () => [...balancers].map(([arn, balancer]) => balancer.report(arn)),
    flowRecords: async () =>
      [...balancers]
        .map(([arn, balancer]) => ({ arn, records: balancer.records() }))
        .filter(({ records }) => records.length > 0),
    async close() {
      await Promise.all([...balancers.values()].map((balancer) => balancer.close()));
      balancers.clear();
      pulse.stop();
    },
  };
}
