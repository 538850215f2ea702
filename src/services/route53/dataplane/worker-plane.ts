/** The DNS server in a thread of its own, so that names resolve whatever the control plane does. */
import { startThread } from "#runtime/thread.ts";
import type { DnsPlane } from "./config.ts";

/** Starts the thread. When it dies, calls under way fail and `onExit` is called. */
export function createDnsWorker(options: {
  onError: (error: unknown) => void;
  onExit: () => void;
}): DnsPlane {
  const module = new URL("./dns-worker.ts", import.meta.url);
  const { call, close } = startThread<DnsPlane>({ module, name: "the DNS server", ...options });
  return {
    setZone: (zone) => call("setZone", zone),
    changeZone: (change) => call("changeZone", change),
    removeZone: (id) => call("removeZone", id),
    setCommon: (config) => call("setCommon", config),
    listen: (config) => call("listen", config),
    unlisten: (config) => call("unlisten", config),
    takeQueries: () => call("takeQueries"),
    takeCounts: () => call("takeCounts"),
    ask: (question) => call("ask", question),
    close,
  };
}
