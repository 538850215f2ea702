/** The data plane's own thread: answers the calls that `worker-plane.ts` sends. */
import { parentPort } from "node:worker_threads";
import { createSystemRandom } from "#runtime/random.ts";
import { createWall } from "#runtime/wall.ts";
import type { DataPlane } from "./config.ts";
import { createEngine } from "./engine.ts";

/** One call of a method of the data plane. */
export interface PlaneCall {
  id: number;
  method: keyof DataPlane;
  argument: unknown;
}

export type PlaneMessage =
  | { type: "answer"; id: number; value: unknown }
  | { type: "failure"; id: number; message: string }
  | { type: "error"; message: string };

const port = parentPort;
if (!port) throw new Error("the data plane's worker runs in a worker thread only");
const send = (message: PlaneMessage) => port.postMessage(message);
const onError = (error: unknown) => send({ type: "error", message: describe(error) });
const engine = createEngine({ wall: createWall(onError), random: createSystemRandom(), onError });

port.on("message", ({ id, method, argument }: PlaneCall) => {
  (engine[method] as (argument: unknown) => Promise<unknown>)(argument).then(
    (value) => send({ type: "answer", id, value }),
    (error: unknown) => send({ type: "failure", id, message: describe(error) }),
  );
});

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
