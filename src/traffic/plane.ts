/** The whole data plane: the application load balancers' engine and the layer-4 one, side by side. */
import type { DataPlane } from "./application/config.ts";
import { createEngine, type EngineOptions } from "./application/engine.ts";
import type { NetworkPlane } from "./network/config.ts";
import { createNetworkEngine } from "./network/engine.ts";

export type TrafficPlane = DataPlane & NetworkPlane;

/** Runs in whatever thread calls it. */
export function createPlane(options: EngineOptions): TrafficPlane {
  const application = createEngine(options);
  const network = createNetworkEngine(options);
  return {
    ...application,
    ...network,
    async close() {
      await Promise.all([application.close(), network.close()]);
    },
  };
}
