/**
 * The runtime API: how the program in an environment fetches events and brings back answers.
 * https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
import type { Wall } from "#runtime/clock.ts";
import { readBody, type HttpReply, type HttpRequest, type HttpServer } from "#http/http.ts";
import { serve } from "#http/server.ts";
import { limits } from "../limits.ts";

export interface RuntimeEvent {
  requestId: string;
  payload: Uint8Array;
  /** Wall time at which its time is over. */
  deadlineMs: number;
  functionArn: string;
  traceId: string;
  clientContext: string | undefined;
}

/** What a program says. */
export type RuntimeWord =
  | { type: "next" }
  | { type: "response"; requestId: string; payload: Buffer }
  | { type: "error"; requestId: string; payload: Buffer }
  | { type: "init-error"; payload: Buffer }
  | { type: "too-large"; requestId: string; sizeBytes: number };

export interface RuntimeApi {
  /** "127.0.0.1:34567", as AWS_LAMBDA_RUNTIME_API has it. */
  readonly address: string;
  /** Answers the program's request for its next event, which waits or will come. */
  give(event: RuntimeEvent): void;
  close(): Promise<void>;
}

const base = "/2018-06-01/runtime/";
/** An event of 6 MB may be answered with as much; what is longer is refused by name. */
const longestBytes = 8 * 2 ** 20;

export async function serveRuntimeApi(
  wall: Wall,
  heard: (word: RuntimeWord) => void,
  onError: (error: unknown) => void,
): Promise<RuntimeApi> {
  let waiting: ((event: RuntimeEvent) => void) | undefined;
  let ready: RuntimeEvent | undefined;
  const take = async (): Promise<RuntimeEvent> => {
    heard({ type: "next" });
    if (ready) {
      const event = ready;
      ready = undefined;
      return event;
    }
    return new Promise((resolve) => (waiting = resolve));
  };
  const handler = async (request: HttpRequest): Promise<HttpReply> => {
    const path = request.target.startsWith(base) ? request.target.slice(base.length) : "";
    if (request.method === "GET" && path === "invocation/next") return eventReply(await take());
    const [, requestId, what] = /^invocation\/([\w-]+)\/(response|error)$/.exec(path) ?? [];
    if (request.method !== "POST" || (requestId === undefined && path !== "init/error"))
      return refusal(404, "NotFound", `There is nothing at ${request.target}`);
    const payload = await readBody(request.body, longestBytes);
    if (requestId === undefined) heard({ type: "init-error", payload });
    else if (payload.length > limits.responseBytes) {
      heard({ type: "too-large", requestId, sizeBytes: payload.length });
      return refusal(413, "RequestEntityTooLarge", "The response is too large");
    } else heard({ type: what as "response" | "error", requestId, payload });
    return json(202, { status: "OK" });
  };
  const server: HttpServer = await serve({
    host: "127.0.0.1",
    port: 0,
    wall,
    handler,
    onError,
    // A program waits for its next event as long as none comes.
    limits: { idleTimeoutMs: 24 * 3600_000 },
  });
  return {
    address: `${server.host}:${server.port}`,
    give(event) {
      const resolve = waiting;
      waiting = undefined;
      if (resolve) resolve(event);
      else ready = event;
    },
    close: () => server.close(0),
  };
}

function eventReply(event: RuntimeEvent): HttpReply {
  return {
    status: 200,
    headers: {
      "content-type": "application/json",
      "lambda-runtime-aws-request-id": event.requestId,
      "lambda-runtime-deadline-ms": Math.round(event.deadlineMs),
      "lambda-runtime-invoked-function-arn": event.functionArn,
      "lambda-runtime-trace-id": event.traceId,
      "lambda-runtime-client-context": event.clientContext,
    },
    body: event.payload,
  };
}

function refusal(status: number, errorType: string, errorMessage: string): HttpReply {
  return json(status, { errorType, errorMessage });
}

function json(status: number, body: unknown): HttpReply {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
}
