/** The SDK's client side of a protocol, spoken without a socket: what tests of the wire talk to. */
import { Readable } from "node:stream";
import { WholeBody, type HttpReply, type HttpRequest } from "#http/http.ts";
import { serviceFacts } from "#model/facts.ts";
import type { ServiceName } from "#model/sdk.ts";

interface SdkProtocol {
  setSerdeContext(context: unknown): void;
  serializeRequest(operation: unknown, input: unknown, context: unknown): Promise<SdkRequest>;
  deserializeResponse(operation: unknown, context: unknown, response: unknown): Promise<unknown>;
}

interface SdkRequest {
  method: string;
  path: string;
  query: Record<string, string | readonly string[] | null | undefined>;
  headers: Record<string, string>;
  hostname: string;
  body: unknown;
}

export interface Sdk {
  readonly exports: Readonly<Record<string, unknown>>;
  /** Sends an input: what the gateway would receive. */
  send(operation: string, input: unknown): Promise<HttpRequest>;
  /** Receives a reply: the output, or the error that the SDK throws. */
  receive(operation: string, reply: HttpReply): Promise<unknown>;
}

export type ProtocolClass = new (settings: Record<string, unknown>) => SdkProtocol;

/** The service's client, or one that speaks another protocol of the SDK. */
export async function createSdk(service: ServiceName, otherProtocol?: ProtocolClass): Promise<Sdk> {
  const exports = (await import(serviceFacts[service].package)) as Record<string, unknown>;
  const Client = Object.entries(exports).find(
    ([name]) => name.endsWith("Client") && name !== "__Client",
  )![1] as new (options: object) => { config: Record<string, unknown> };
  const { config } = new Client({
    region: "us-east-1",
    endpoint: "http://127.0.0.1:4566",
    credentials: { accessKeyId: "AKID", secretAccessKey: "secret" },
    ...(otherProtocol && { protocol: otherProtocol }),
    disableHostPrefix: true,
  });
  const protocol = config.protocol as SdkProtocol;
  return createSdkProtocol(exports, protocol, config, service);
}

/** A protocol of the SDK that speaks the operations of these schemas. */
export function createSdkProtocol(
  exports: Readonly<Record<string, unknown>>,
  protocol: SdkProtocol,
  config: Record<string, unknown> = bareConfig,
  service?: ServiceName,
): Sdk {
  protocol.setSerdeContext(config);
  const facts = service && serviceFacts[service];
  return {
    exports,
    async send(operation, input) {
      const schema = exports[`${operation}$`] as readonly unknown[];
      const members = input as Record<string, unknown>;
      // Buckets become part of the path by the endpoint's rules, before the protocol begins.
      const bucketInPath =
        service === "s3" && typeof members.Bucket === "string" && takesBucket(schema);
      const pathname = bucketInPath ? `/${encodeURIComponent(members.Bucket as string)}` : "/";
      const context = {
        ...config,
        endpoint: async () => ({
          protocol: "http:",
          hostname: "127.0.0.1",
          port: 4566,
          path: pathname,
        }),
        ["__smithy_context"]: { service: facts?.targetPrefix, operation },
      };
      const request = await protocol.serializeRequest(toOperation(schema), input, context);
      return toHttpRequest(request);
    },
    async receive(operation, reply) {
      const schema = exports[`${operation}$`] as readonly unknown[];
      const headers = Object.fromEntries(
        Object.entries(reply.headers)
          .filter(([, value]) => value !== undefined)
          .map(([name, value]) => [name, String(value)]),
      );
      return protocol.deserializeResponse(toOperation(schema), config, {
        statusCode: reply.status,
        headers,
        body: Readable.from([await bytesOf(reply.body)]),
      });
    },
  };
}

/** What the protocols take from a client's configuration. */
const bareConfig = {
  base64Encoder: (bytes: Uint8Array) => Buffer.from(bytes).toString("base64"),
  base64Decoder: (text: string) => new Uint8Array(Buffer.from(text, "base64")),
  utf8Encoder: (bytes: Uint8Array) => Buffer.from(bytes).toString("utf8"),
  utf8Decoder: (text: string) => new Uint8Array(Buffer.from(text)),
  streamCollector: async (stream: AsyncIterable<Uint8Array>) => {
    const pieces: Uint8Array[] = [];
    for await (const piece of stream) pieces.push(piece);
    return new Uint8Array(Buffer.concat(pieces));
  },
  disableHostPrefix: true,
};

function takesBucket(schema: readonly unknown[]): boolean {
  const input = (schema[4] as () => readonly unknown[])();
  const at = (input[4] as string[] | undefined)?.indexOf("Bucket") ?? -1;
  if (at < 0) return false;
  const member = (input[5] as unknown[])[at];
  return (
    Array.isArray(member) && (member[1] === 1 || (member[1] as { httpLabel?: 1 }).httpLabel === 1)
  );
}

function toOperation(schema: readonly unknown[]) {
  const [, namespace, name, traits, input, output] = schema;
  return { namespace, name, traits, input, output };
}

function toHttpRequest(request: SdkRequest): HttpRequest {
  const search = Object.entries(request.query ?? {})
    .flatMap(([name, value]) =>
      (Array.isArray(value) ? value : [value]).map((item: string | null | undefined) =>
        item === null || item === undefined
          ? encodeURIComponent(name)
          : `${encodeURIComponent(name)}=${encodeURIComponent(item)}`,
      ),
    )
    .join("&");
  const headers: Record<string, string> = { host: "127.0.0.1:4566" };
  for (const [name, value] of Object.entries(request.headers)) headers[name.toLowerCase()] = value;
  const body =
    request.body === undefined || request.body === null
      ? Buffer.alloc(0)
      : Buffer.from(request.body as string);
  return fakeRequest({
    method: request.method,
    target: request.path + (search === "" ? "" : `?${search}`),
    headers,
    body,
  });
}

export interface FakeRequest {
  method?: string;
  target?: string;
  headers?: Record<string, string>;
  body?: Buffer | string;
}

export function fakeRequest({
  method = "POST",
  target = "/",
  headers = {},
  body = "",
}: FakeRequest) {
  const request: HttpRequest = {
    method,
    target,
    headers,
    rawHeaders: Object.entries(headers).flat(),
    body: new WholeBody(Buffer.from(body)),
    remoteAddress: "127.0.0.1",
    remotePort: 50_000,
    localPort: 4566,
    httpVersion: "1.1",
    signal: new AbortController().signal,
  };
  return request;
}

/** A reply's body in one piece. */
async function bytesOf(body: HttpReply["body"]): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array();
  if (typeof body === "string") return new Uint8Array(Buffer.from(body));
  if (body instanceof Uint8Array) return new Uint8Array(body);
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return new Uint8Array(Buffer.concat(pieces));
}
