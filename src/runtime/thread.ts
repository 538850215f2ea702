/**
 * One half of a service in a thread of its own, called from the main thread by its methods' names.
 * Arguments and results are plain data: they cross by structured clone.
 */
import { once } from "node:events";
import { parentPort, Worker } from "node:worker_threads";

interface Call {
  id: number;
  method: string;
  argument: unknown;
}

type Message =
  | { type: "answer"; id: number; value: unknown }
  | { type: "failure"; id: number; message: string; code: string | undefined }
  | { type: "error"; message: string };

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** The main thread's side of a thread. */
export interface Thread<Methods> {
  call: <Result>(method: keyof Methods & string, argument?: unknown) => Promise<Result>;
  /** Calls the method `close`, then ends the thread, if it has not ended by itself. */
  close: () => Promise<void>;
}

export interface ThreadOptions {
  /** The module that calls `answerCalls`. */
  module: URL;
  /** What the thread is to people: calls under way fail with "… has ended" when it dies. */
  name: string;
  onError: (error: unknown) => void;
  /** Called when it ends without having been closed. */
  onExit: () => void;
}

/** Starts the thread. Errors that its methods throw keep their message and `code`. */
export function startThread<Methods>(options: ThreadOptions): Thread<Methods> {
  const worker = new Worker(options.module);
  const waiting = new Map<number, Waiting>();
  let calls = 0;
  let closing = false;
  let ended = false;
  worker.on("message", (message: Message) => {
    if (message.type === "error") return options.onError(new Error(message.message));
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.type === "answer") call?.resolve(message.value);
    else call?.reject(Object.assign(new Error(message.message), { code: message.code }));
  });
  worker.on("error", options.onError);
  const hasEnded = () => new Error(`${options.name} has ended`);
  worker.on("exit", () => {
    ended = true;
    for (const call of waiting.values()) call.reject(hasEnded());
    waiting.clear();
    if (!closing) options.onExit();
  });
  const call = <Result>(method: string, argument?: unknown): Promise<Result> =>
    new Promise((resolve, reject) => {
      // Nobody would ever answer.
      if (ended) return reject(hasEnded());
      const id = ++calls;
      waiting.set(id, { resolve: (value) => resolve(value as Result), reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      worker.postMessage({ id, method, argument } satisfies Call);
    });
  return {
    call,
    async close() {
      closing = true;
      if (ended) return;
      try {
        await call("close");
      } finally {
        const exited = ended ? undefined : once(worker, "exit");
        await worker.terminate();
        await exited;
      }
    },
  };
}

/** The thread's own side: runs the methods of `create`'s object, one promise each. */
export function answerCalls<Methods extends object>(
  create: (onError: (error: unknown) => void) => Methods,
): void {
  const port = parentPort;
  if (!port) throw new Error("answerCalls runs in a worker thread only");
  const send = (message: Message) => port.postMessage(message);
  const methods = create((error) => send({ type: "error", message: describe(error) })) as Record<
    string,
    (argument: unknown) => Promise<unknown>
  >;
  port.on("message", ({ id, method, argument }: Call) => {
    Promise.try(() => methods[method]!(argument)).then(
      (value) => send({ type: "answer", id, value }),
      (error: unknown) => {
        const { code } = error as NodeJS.ErrnoException;
        send({ type: "failure", id, message: describe(error), code });
      },
    );
  });
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
