/** Docker's Engine API over a socket, as far as machines need it; Podman and Colima speak it, too. https://docs.docker.com/reference/api/engine/ */
import { request, type ClientRequest, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { HostUnavailable } from "../../driver.ts";
import type { Wall } from "#runtime/clock.ts";

export type EngineAddress = { socketPath: string } | { host: string; port: number };

export interface EngineCall {
  query?: Record<string, string | number | boolean | undefined>;
  /** Sent as JSON, or as an archive when it is bytes. */
  body?: unknown;
}

export interface Engine {
  readonly address: EngineAddress;
  /** The answer read whole. Rejects with EngineError, or with HostUnavailable when nobody answers. */
  call(method: string, path: string, call?: EngineCall): Promise<Uint8Array>;
  json<T>(method: string, path: string, call?: EngineCall): Promise<T>;
  /** The answer while it comes in; whoever asks destroys it. */
  stream(method: string, path: string, call?: EngineCall): Promise<IncomingMessage>;
  /** A connection that the engine turned into the container's own, such as one to its input. */
  hijack(path: string, query: EngineCall["query"], body?: EngineCall["body"]): Promise<Socket>;
}

/** The engine understood and refused. */
class EngineError extends Error {
  override readonly name = "EngineError";
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export const isMissing = (error: unknown): boolean =>
  error instanceof EngineError && error.status === 404;
export const isConflict = (error: unknown): boolean =>
  error instanceof EngineError && error.status === 409;

/** The newest version of the API that this driver was written against; older engines are asked in theirs. */
const newestVersion = "1.51";
/** Engine 20.10, and Podman 4: single measurements without a second of waiting. */
const oldestVersion = "1.41";

/**
 * Connects and agrees on a version of the API. Rejects when nobody answers within the time, in wall
 * milliseconds, or when the engine is too old.
 */
export async function connectEngine(
  address: EngineAddress,
  wall: Wall,
  limitMs = 2000,
): Promise<Engine> {
  const bare = createEngine(address, "");
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = wall.after(limitMs, () => reject(new Error(`no answer within ${limitMs} ms`)));
  const { ApiVersion } = await Promise.race([
    bare.json<{ ApiVersion: string }>("GET", "/version"),
    late,
  ]).finally(() => timer.cancel());
  const version = minor(ApiVersion) < minor(newestVersion) ? ApiVersion : newestVersion;
  if (minor(version) < minor(oldestVersion))
    throw new Error(`the engine's API ${version} is older than ${oldestVersion} (Docker 20.10)`);
  return createEngine(address, `/v${version}`);
}

const minor = (version: string) => Number(version.split(".")[1] ?? 0);

function createEngine(address: EngineAddress, prefix: string): Engine {
  const open = (
    method: string,
    path: string,
    { query, body }: EngineCall,
    headers: Record<string, string> = {},
  ): ClientRequest => {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query ?? {}))
      if (value !== undefined) search.set(name, String(value));
    const bytes =
      body === undefined || body instanceof Uint8Array ? body : Buffer.from(JSON.stringify(body));
    const asked = request({
      ...address,
      method,
      path: `${prefix}${path}${search.size > 0 ? `?${search.toString()}` : ""}`,
      // A name that every proxy in front of an engine's socket takes.
      headers: {
        ...headers,
        host: "docker",
        ...(bytes && {
          "content-type": body instanceof Uint8Array ? "application/x-tar" : "application/json",
          "content-length": bytes.length,
        }),
      },
    });
    if (bytes) asked.write(bytes);
    return asked;
  };
  const stream = async (method: string, path: string, call: EngineCall = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    open(method, path, call)
      .once("error", (error) => reject(unavailable(error)))
      .once("response", resolve)
      .end();
    const response = await promise;
    const status = response.statusCode ?? 500;
    // 304: it is in that state already.
    if (status < 400) return response;
    throw await errorFrom(response, status);
  };
  const call = async (method: string, path: string, given?: EngineCall) => {
    const response = await stream(method, path, given);
    return readWhole(response).catch((error: Error) => {
      throw unavailable(error);
    });
  };
  return {
    address,
    call,
    stream,
    async json<T>(method: string, path: string, given?: EngineCall) {
      return JSON.parse(Buffer.from(await call(method, path, given)).toString("utf8")) as T;
    },
    hijack(path, query, body) {
      const { promise, resolve, reject } = Promise.withResolvers<Socket>();
      open("POST", path, { query, body }, { connection: "Upgrade", upgrade: "tcp" })
        .once("error", (error) => reject(unavailable(error)))
        .once("upgrade", (_response, socket: Socket) => resolve(socket))
        .once("response", (response: IncomingMessage) => {
          void errorFrom(response, response.statusCode ?? 500).then(reject, reject);
        })
        .end();
      return promise;
    },
  };
}

function unavailable(cause: Error): HostUnavailable {
  return new HostUnavailable(`the container engine does not answer: ${cause.message}`, { cause });
}

async function errorFrom(response: IncomingMessage, status: number): Promise<EngineError> {
  const text = Buffer.from(await readWhole(response)).toString("utf8");
  try {
    return new EngineError(status, (JSON.parse(text) as { message: string }).message);
  } catch {
    return new EngineError(status, text.trim() || `the engine answered ${status}`);
  }
}

async function readWhole(response: IncomingMessage): Promise<Uint8Array> {
  const pieces: Buffer[] = [];
  for await (const piece of response) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
