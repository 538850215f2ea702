/** The whole data plane: the engines of application, network and classic load balancers, side by side. */
import type { DataPlane } from "./application/config.ts";
import { createEngine, type EngineOptions } from "./application/engine.ts";
import type { ClassicPlane } from "./classic/config.ts";
import { createClassicEngine } from "./classic/engine.ts";
import type { NetworkPlane } from "./network/config.ts";
import { createNetworkEngine } from "./network/engine.ts";

export type TrafficPlane = DataPlane & NetworkPlane & ClassicPlane;

/** Runs in whatever thread calls it. */
export function createPlane(options: EngineOptions): TrafficPlane {
  const application = createEngine(options);
  const network = createNetworkEngine(options);
  const classic = createClassicEngine(options);
  return {
    ...application,
    ...network,
    ...classic,
    async close() {
      await Promise.all([application.close(), network.close(), classic.close()]);
    },
  };
}
