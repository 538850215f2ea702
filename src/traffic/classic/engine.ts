/** The data plane of classic load balancers; it runs in whatever thread makes it. */
import { createHttpClient } from "#http/client.ts";
import { endOfTurn } from "#runtime/turn.ts";
import type { EngineOptions } from "../application/engine.ts";
import { Pulse } from "../network/pulse.ts";
import { ClassicBalancer } from "./balancer.ts";
import type { ClassicPlane } from "./config.ts";
import { runClassicCheck } from "./health-check.ts";

export function createClassicEngine({ wall, random, onError }: EngineOptions): ClassicPlane {
  const client = createHttpClient({ wall });
  const pulse = new Pulse(wall);
  const balancers = new Map<string, ClassicBalancer>();
  return {
    async configureClassic(config) {
      let balancer = balancers.get(config.id);
      if (!balancer) {
        balancer = new ClassicBalancer(config, { client, wall, random, pulse, onError });
        balancers.set(config.id, balancer);
      }
      return balancer.configure(config);
    },
    async removeClassic(id) {
      const balancer = balancers.get(id);
      balancers.delete(id);
      await balancer?.close();
      // What broke off is written down when whoever handles it has heard of it.
      await endOfTurn();
      return balancer?.logs() ?? [];
    },
    async checkClassic(check) {
      const verdict = await runClassicCheck(check, wall);
      if (verdict === "unreached") balancers.get(check.id)?.countUnreached(check.zone);
      return verdict === "passed";
    },
    underWayClassic: async ({ id, instanceId }) => balancers.get(id)?.underWay(instanceId),
    reportClassic: async () => [...balancers.values()].map((balancer) => balancer.report()),
    classicLogs: async () => [...balancers.values()].flatMap((balancer) => balancer.logs()),
    async close() {
      await Promise.all([...balancers.values()].map((balancer) => balancer.close()));
      balancers.clear();
      client.close();
      pulse.stop();
    },
  };
}
