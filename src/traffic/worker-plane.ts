/** The data plane in a thread of its own, so that bytes never wait for bookkeeping. */
import type { Wall } from "#runtime/clock.ts";
import type { Log } from "#runtime/log.ts";
import { givePrecedence } from "#runtime/precedence.ts";
import { startThread } from "#runtime/thread.ts";
import type { TrafficPlane } from "./plane.ts";

export interface WorkerMethods extends TrafficPlane {
  kernelThread(): Promise<number | undefined>;
}

export interface WorkerPlaneOptions {
  wall: Wall;
  log: Log;
  onError: (error: unknown) => void;
  onExit: () => void;
}

/** Starts the thread. When it dies, calls under way fail and `onExit` is called. */
export function createWorkerPlane({
  wall,
  log,
  onError,
  onExit,
}: WorkerPlaneOptions): TrafficPlane {
  const { call, close } = startThread<WorkerMethods>({
    module: new URL("./worker.ts", import.meta.url),
    name: "the data plane",
    onError,
    onExit() {
      precedence.stop();
      onExit();
    },
  });
  const precedence = givePrecedence({
    thread: call("kernelThread"),
    wall,
    onError,
    onRefused: (reason) =>
      log.info("the load balancers' data plane waits for what shares its core", { reason }),
  });
  return {
    configure: (config) => call("configure", config),
    remove: (arn) => call("remove", arn),
    check: (check) => call("check", check),
    report: () => call("report"),
    accessLogs: () => call("accessLogs"),
    anomalies: () => call("anomalies"),
    configureNetwork: (config) => call("configureNetwork", config),
    removeNetwork: (arn) => call("removeNetwork", arn),
    checkTcp: (check) => call("checkTcp", check),
    reportNetwork: () => call("reportNetwork"),
    flowRecords: () => call("flowRecords"),
    configureClassic: (config) => call("configureClassic", config),
    removeClassic: (id) => call("removeClassic", id),
    checkClassic: (check) => call("checkClassic", check),
    underWayClassic: (asked) => call("underWayClassic", asked),
    reportClassic: () => call("reportClassic"),
    classicLogs: () => call("classicLogs"),
    async close() {
      precedence.stop();
      await close();
    },
  };
}
