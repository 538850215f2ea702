/** Starts the cloud's data plane if nobody has: apart from `shared-plane.ts`, so that a cloud without balancers loads no engine. */
import type { Clock } from "#runtime/clock.ts";
import type { Log } from "#runtime/log.ts";
import type { Random } from "#runtime/random.ts";
import { createPlane, type TrafficPlane } from "./plane.ts";
import type { SharedPlane } from "./shared-plane.ts";
import { createWorkerPlane } from "./worker-plane.ts";

export interface PlaneEnvironment {
  clock: Clock;
  random: Random;
  log: Log;
  traffic: SharedPlane;
}

export function openPlane({ clock, random, log, traffic }: PlaneEnvironment): TrafficPlane {
  const onError = (error: unknown) => log.error("the load balancers' data plane failed", { error });
  return traffic.get((lost) =>
    // Under a virtual clock nothing is served for real traffic's sake; a thread would only cost.
    clock.mode === "virtual"
      ? createPlane({ wall: clock.wall, random, onError })
      : createWorkerPlane({
          wall: clock.wall,
          log,
          onError,
          onExit() {
            log.error("the load balancers' data plane ended; starting it anew");
            lost();
          },
        }),
  );
}
