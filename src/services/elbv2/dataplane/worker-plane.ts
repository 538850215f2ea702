/** The data plane in a thread of its own, so that bytes never wait for bookkeeping. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { DataPlane } from "./config.ts";
import type { PlaneCall, PlaneMessage } from "./worker.ts";

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Starts the thread. When it dies, calls under way fail and `onExit` is called. */
export function createWorkerPlane(options: {
  onError: (error: unknown) => void;
  onExit: () => void;
}): DataPlane {
  const worker = new Worker(new URL("./worker.ts", import.meta.url));
  const waiting = new Map<number, Waiting>();
  let calls = 0;
  let closing = false;
  worker.on("message", (message: PlaneMessage) => {
    if (message.type === "error") return options.onError(new Error(message.message));
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.type === "answer") call?.resolve(message.value);
    else call?.reject(new Error(message.message));
  });
  worker.on("error", options.onError);
  worker.on("exit", () => {
    for (const call of waiting.values()) call.reject(new Error("the data plane has ended"));
    waiting.clear();
    if (!closing) options.onExit();
  });
  const call = <T>(method: keyof DataPlane, argument?: unknown): Promise<T> =>
    new Promise((resolve, reject) => {
      const id = ++calls;
      waiting.set(id, { resolve: (value) => resolve(value as T), reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage({ id, method, argument } satisfies PlaneCall);
    });
  return {
    configure: (config) => call("configure", config),
    remove: (arn) => call("remove", arn),
    check: (check) => call("check", check),
    report: () => call("report"),
    accessLogs: () => call("accessLogs"),
    async close() {
      closing = true;
      await call("close");
      const exited = once(worker, "exit");
      await worker.terminate();
      await exited;
    },
  };
}
