/** What the service holds in memory: its DNS server, and what health checks saw. */
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Key } from "#store/store.ts";
import type { DnsPlane } from "./dataplane/config.ts";
import { createDnsEngine } from "./dataplane/engine.ts";
import { createDnsWorker } from "./dataplane/worker-plane.ts";

export interface Observation {
  /** "Success: HTTP Status Code 200, OK", in AWS's words. */
  report: string;
  checkedMs: number;
  healthy: boolean;
  /** Consecutive results that speak against the present status. */
  against: number;
  lastFailure: { report: string; checkedMs: number } | undefined;
}

export interface State {
  plane(): DnsPlane;
  /** Undefined while nobody needed it. */
  readonly presentPlane: DnsPlane | undefined;
  /** The port on which the DNS server answers; undefined where it has none. */
  boundPort: number | undefined;
  /** By health check. */
  readonly observations: Map<string, Observation>;
  /** By health check, for the DNS server. */
  readonly health: Map<string, boolean>;
  wakeHealthCheck(scope: Scope, id: Key): void;
  wakeZone(scope: Scope, id: Key): void;
  wakePlaces(): void;
  /** Brings everything to a server that was started anew. */
  refill(): void;
  /** Ends what `start` began. */
  readonly endings: (() => void)[];
}

export function createState(env: Environment): State {
  const { clock, log, random } = env;
  const onError = (error: unknown) => log.error("the DNS server failed", { error });
  let plane: DnsPlane | undefined;
  const state: State = {
    plane() {
      // Under a virtual clock nobody asks over sockets; a thread would only cost.
      plane ??=
        clock.mode === "virtual"
          ? createDnsEngine({ random, onError })
          : createDnsWorker({
              onError,
              onExit() {
                log.error("the DNS server ended; starting it anew");
                plane = undefined;
                state.refill();
              },
            });
      return plane;
    },
    get presentPlane() {
      return plane;
    },
    boundPort: undefined,
    observations: new Map(),
    health: new Map(),
    wakeHealthCheck: () => {},
    wakeZone: () => {},
    wakePlaces: () => {},
    refill: () => {},
    endings: [],
  };
  return state;
}
