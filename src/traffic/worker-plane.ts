/** The data plane in a thread of its own, so that bytes never wait for bookkeeping. */
import { startThread } from "#runtime/thread.ts";
import type { DataPlane } from "./application/config.ts";

/** Starts the thread. When it dies, calls under way fail and `onExit` is called. */
export function createWorkerPlane(options: {
  onError: (error: unknown) => void;
  onExit: () => void;
}): DataPlane {
  const module = new URL("./worker.ts", import.meta.url);
  const { call, close } = startThread<DataPlane>({ module, name: "the data plane", ...options });
  return {
    configure: (config) => call("configure", config),
    remove: (arn) => call("remove", arn),
    check: (check) => call("check", check),
    report: () => call("report"),
    accessLogs: () => call("accessLogs"),
    close,
  };
}
