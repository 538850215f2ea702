/** Load balancers on the gateway's port, by their DNS names: streamed to the data plane's listeners. */
import { HttpClientError, type HttpClient } from "#http/client.ts";
import { WholeBody, type HttpReply, type HttpRequest } from "#http/http.ts";
import { hasOption } from "#http/syntax.ts";
import { answer } from "#traffic/application/answers.ts";
import { spread } from "#traffic/node-of.ts";
import { joinSockets } from "#traffic/application/tunnel.ts";
import type { Front } from "#traffic/shared-plane.ts";
import type { Environment, Site } from "../service.ts";

/** Names under .localhost resolve to this machine; LocalStack's domain does so by public DNS. */
const domains = /\.elb\.localhost(?:\.localstack\.cloud)?$/;
const idleTimeoutMs = 4_000_000;
const lanes = 16;

/** Each service with load balancers has it, and each finds those of the others. */
export function loadBalancerSite(env: Environment, client: HttpClient): Site {
  return {
    matches: ({ headers }) => domains.test(nameOf(headers["host"])),
    async handle(request) {
      const listener = listenerFor(env, request);
      if (!listener) return answer(503);
      return forward(env, client, request, listener);
    },
  };
}

function nameOf(host: string | undefined): string {
  return (host ?? "").replace(/:\d*$/, "").toLowerCase();
}

/**
 * The listener of the port that the client named; where that is the gateway's own, the one on 80,
 * else the lowest.
 */
function listenerFor({ traffic }: Environment, { headers }: HttpRequest): Front | undefined {
  const host = headers["host"] ?? "";
  const name = nameOf(host).replace(/\.localstack\.cloud$/, "");
  const port = Number(/:(\d+)$/.exec(host)?.[1] ?? 80);
  // The gateway's port speaks plain HTTP: it leads to no listener that asks for TLS.
  const plain = traffic.fronts.get(name)?.filter(({ secure }) => !secure) ?? [];
  const inOrder = plain.sort((a, b) => a.port - b.port);
  return (
    inOrder.find((listener) => listener.port === port) ??
    inOrder.find((listener) => listener.port === 80) ??
    inOrder[0]
  );
}

async function forward(
  env: Environment,
  client: HttpClient,
  request: HttpRequest,
  { host, boundPort, revision }: Front,
): Promise<HttpReply> {
  const { headers, body } = request;
  const upgrade =
    headers["upgrade"] !== undefined && hasOption(headers["connection"] ?? "", "upgrade");
  const length = headers["content-length"];
  const bodiless = length === undefined && headers["transfer-encoding"] === undefined;
  try {
    const response = await client.request({
      address: { host, port: boundPort, ...comingFrom(request.remoteAddress, host) },
      // Else all clients would share one connection, and with it the node of one zone, and security groups would
      // not be asked again.
      lane: spread(request.remotePort, lanes) + lanes * revision,
      method: request.method,
      target: request.target,
      rawHeaders: withoutFraming(request.rawHeaders, upgrade),
      ...(!bodiless && { body }),
      ...(length !== undefined && !(body instanceof WholeBody) && { bodyLength: Number(length) }),
      signal: request.signal,
      idleTimeoutMs,
      upgrade,
    });
    const { upgraded } = response;
    return {
      status: response.status,
      reason: response.reason,
      headers: {},
      rawHeaders: withoutFraming(response.rawHeaders, upgraded !== undefined),
      body: response.body,
      ...(upgraded && {
        upgrade: (socket, head) => {
          joinSockets(
            { socket, head },
            upgraded,
            { wall: env.clock.wall, idleTimeoutMs },
            () => {},
          );
        },
      }),
    };
  } catch (error) {
    if (!(error instanceof HttpClientError)) throw error;
    return answer(502);
  }
}

/** A machine with a loopback address of its own comes from there: security groups know it by that. */
function comingFrom(remoteAddress: string, host: string): { localAddress?: string } {
  const client = remoteAddress.replace(/^::ffff:/, "");
  const isOwn = client.startsWith("127.") && client !== "127.0.0.1" && host.startsWith("127.");
  return isOwn ? { localAddress: client } : {};
}

/** Both engines frame messages themselves; a length stays, it is the message's own. */
function withoutFraming(source: readonly string[], upgrade: boolean): string[] {
  const kept: string[] = [];
  for (let index = 0; index < source.length; index += 2) {
    const name = source[index]!.toLowerCase();
    if (name === "transfer-encoding" || name === "keep-alive" || name === "expect") continue;
    if (name === "connection" && !upgrade) continue;
    kept.push(source[index]!, source[index + 1]!);
  }
  return kept;
}
