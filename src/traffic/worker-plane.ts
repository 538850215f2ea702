/** The data plane in a thread of its own, so that bytes never wait for bookkeeping. */
import { startThread } from "#runtime/thread.ts";
import type { TrafficPlane } from "./plane.ts";

/** Starts the thread. When it dies, calls under way fail and `onExit` is called. */
export function createWorkerPlane(options: {
  onError: (error: unknown) => void;
  onExit: () => void;
}): TrafficPlane {
  const module = new URL("./worker.ts", import.meta.url);
  const { call, close } = startThread<TrafficPlane>({ module, name: "the data plane", ...options });
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
    reportClassic: () => call("reportClassic"),
    classicLogs: () => call("classicLogs"),
    close,
  };
}
