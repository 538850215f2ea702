/** The DNS server's own thread: answers the calls that `worker-plane.ts` sends. */
import { parentPort } from "node:worker_threads";
import { createSystemRandom } from "#runtime/random.ts";
import type { DnsPlane } from "./config.ts";
import { createDnsEngine } from "./engine.ts";

/** One call of a method of the DNS server. */
export interface DnsCall {
  id: number;
  method: keyof DnsPlane;
  argument: unknown;
}

export type DnsMessage =
  | { type: "answer"; id: number; value: unknown }
  | { type: "failure"; id: number; message: string; code: string | undefined }
  | { type: "error"; message: string };

const port = parentPort;
if (!port) throw new Error("the DNS server's worker runs in a worker thread only");
const send = (message: DnsMessage) => port.postMessage(message);
const describe = (error: unknown) =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
const engine = createDnsEngine({
  random: createSystemRandom(),
  onError: (error) => send({ type: "error", message: describe(error) }),
});

port.on("message", ({ id, method, argument }: DnsCall) => {
  (engine[method] as (argument: unknown) => Promise<unknown>)(argument).then(
    (value) => send({ type: "answer", id, value }),
    (error: unknown) =>
      send({
        type: "failure",
        id,
        message: describe(error),
        code: (error as NodeJS.ErrnoException).code,
      }),
  );
});
