/** The DNS server in a thread of its own, so that names resolve whatever the control plane does. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { DnsPlane } from "./config.ts";
import type { DnsCall, DnsMessage } from "./dns-worker.ts";

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Starts the thread. When it dies, calls under way fail and `onExit` is called. */
export function createDnsWorker(options: {
  onError: (error: unknown) => void;
  onExit: () => void;
}): DnsPlane {
  const worker = new Worker(new URL("./dns-worker.ts", import.meta.url));
  const waiting = new Map<number, Waiting>();
  let calls = 0;
  let closing = false;
  worker.on("message", (message: DnsMessage) => {
    if (message.type === "error") return options.onError(new Error(message.message));
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.type === "answer") call?.resolve(message.value);
    else call?.reject(Object.assign(new Error(message.message), { code: message.code }));
  });
  worker.on("error", options.onError);
  worker.on("exit", () => {
    for (const call of waiting.values()) call.reject(new Error("the DNS server has ended"));
    waiting.clear();
    if (!closing) options.onExit();
  });
  const call = <T>(method: keyof DnsPlane, argument?: unknown): Promise<T> =>
    new Promise((resolve, reject) => {
      const id = ++calls;
      waiting.set(id, { resolve: (value) => resolve(value as T), reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage({ id, method, argument } satisfies DnsCall);
    });
  return {
    setZone: (zone) => call("setZone", zone),
    removeZone: (id) => call("removeZone", id),
    setCommon: (config) => call("setCommon", config),
    listen: (config) => call("listen", config),
    unlisten: (config) => call("unlisten", config),
    ask: (question) => call("ask", question),
    async close() {
      closing = true;
      await call("close");
      const exited = once(worker, "exit");
      await worker.terminate();
      await exited;
    },
  };
}
