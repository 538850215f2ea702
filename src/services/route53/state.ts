/** What the service holds in memory: its DNS server, and what health checks saw. */
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Key } from "#store/store.ts";
import type { DnsPlane } from "./dataplane/config.ts";
import type { ProbeTiming } from "./health/probe.ts";
import type { FailureReport } from "./records.ts";
import { createDnsEngine } from "./dataplane/engine.ts";
import { createDnsWorker } from "./dataplane/worker-plane.ts";

export interface Observation {
  /** "Success: HTTP Status Code 200, OK", in AWS's words. */
  report: string;
  checkedMs: number;
  healthy: boolean;
  /** Consecutive results that speak against the present status. */
  against: number;
  lastFailure: FailureReport | undefined;
  /** How long the parts of the last check took; undefined for parts that it did not come to. */
  timing: ProbeTiming | undefined;
}

export interface State {
  /** The DNS server, in this thread until there is a hosted zone: another thread takes 40 MB. */
  plane(): DnsPlane;
  /** For hosted zones, whose names shall resolve whatever the control plane does. */
  moveToThread(): void;
  /** Resolves when the DNS server is where it shall be. */
  settled(): Promise<void>;
  /** Ends the DNS server, wherever it is. */
  close(): Promise<void>;
  /** The port on which the DNS server answers; undefined where it has none. */
  boundPort: number | undefined;
  /** Whether any zone has its queries logged. */
  logsQueries: boolean;
  /** By health check. */
  readonly observations: Map<string, Observation>;
  /** By health check, for the DNS server. */
  readonly health: Map<string, boolean>;
  wakeHealthCheck(scope: Scope, id: Key): void;
  /**
   * Runs one after the other what reads the store and tells the server of it: what was read earlier never arrives
   * later.
   */
  inOrder<T>(tell: () => Promise<T>): Promise<T>;
  /** Brings everything to a server that was started anew; `beforeListening` frees its ports. */
  refill(beforeListening?: () => Promise<void>): Promise<void>;
  /** Ends what `start` began. */
  readonly endings: (() => void | Promise<void>)[];
}

export function createState(env: Environment): State {
  const { clock, log, random } = env;
  const onError = (error: unknown) => log.error("the DNS server failed", { error });
  let plane: DnsPlane | undefined;
  let threaded = false;
  let moving = Promise.resolve();
  let last: Promise<unknown> = Promise.resolve();
  const createThread = (): DnsPlane =>
    createDnsWorker({
      onError,
      onExit() {
        log.error("the DNS server ended; starting it anew");
        plane = undefined;
        state.refill().catch(onError);
      },
    });
  /** Names are answered in this thread until the other is there and knows everything. */
  const moveTo = async (thread: DnsPlane) => {
    await thread.setCommon({});
    const small = plane;
    plane = thread;
    await state.refill(async () => small?.close());
  };
  const state: State = {
    plane() {
      // Under a virtual clock, where nobody asks over sockets, it stays so.
      plane ??= threaded ? createThread() : createDnsEngine({ random, wall: clock.wall, onError });
      return plane;
    },
    moveToThread() {
      if (threaded || clock.mode === "virtual") return;
      threaded = true;
      // Where nothing answers yet, it begins there.
      if (plane) moving = moveTo(createThread()).catch(onError);
    },
    settled: () => moving,
    async close() {
      threaded = true;
      await moving;
      await plane?.close();
    },
    boundPort: undefined,
    logsQueries: false,
    observations: new Map(),
    health: new Map(),
    wakeHealthCheck: () => {},
    inOrder(tell) {
      // The failure of one is its own caller's, and no reason for the next to wait.
      const told = last.then(tell, tell);
      last = told;
      return told;
    },
    refill: async () => {},
    endings: [],
  };
  return state;
}
