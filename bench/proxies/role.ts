/** One process of a benchmark of proxies: a backend, Fogbank's proxy or http-proxy; tells its port when it listens. */
import { createServer } from "node:http";
import { once } from "node:events";
import { createSystemRandom } from "#runtime/random.ts";
import { createWall } from "#runtime/wall.ts";
import type { HttpHandler } from "#http/http.ts";
import { serve } from "#http/server.ts";
import { createEngine } from "#traffic/application/engine.ts";
import {
  balancer,
  defaultRule,
  forward,
  listener,
  target,
  targetGroup,
} from "#traffic/application/testing/stage.ts";

const body = "x".repeat(Number(process.env["BENCH_BYTES"] ?? 1024));
/** It has no types. */
const peerModule: string = "http-proxy";
const wall = createWall(console.error);

async function runBackend(): Promise<number> {
  return (await serve({ host: "127.0.0.1", port: 0, wall, handler })).port;
}

async function runFogbank(ports: number[]): Promise<number> {
  const engine = createEngine({ wall, random: createSystemRandom(), onError: console.error });
  const [bound] = await engine.configure({
    ...balancer,
    listeners: [listener([defaultRule(forward("tg"))])],
    targetGroups: [{ ...targetGroup, targets: ports.map((port) => target({ port })) }],
  });
  return bound!.port;
}

/** Without an agent, as its README shows it, it makes a connection for each request. */
async function runHttpProxy(ports: number[], keepsConnections: boolean): Promise<number> {
  const { Agent } = await import("node:http");
  const { default: httpProxy } = (await import(peerModule)) as {
    default: { createProxyServer(options: object): { web: (...all: unknown[]) => void } };
  };
  const proxy = httpProxy.createProxyServer({
    ...(keepsConnections && { agent: new Agent({ keepAlive: true }) }),
    xfwd: true,
  });
  let next = 0;
  const server = createServer((request, response) => {
    proxy.web(request, response, { target: `http://127.0.0.1:${ports[next++ % ports.length]}` });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as { port: number }).port;
}

/** A body of the same answer; /bytes/N streams so many; an upgrade echoes. */
const handler: HttpHandler = ({ target, headers: asked }) => {
  const headers = { "content-type": "text/plain" };
  if (asked["upgrade"])
    return {
      status: 101,
      headers: { Upgrade: "websocket", Connection: "Upgrade" },
      upgrade: (socket) => {
        socket.on("error", () => socket.destroy());
        socket.pipe(socket);
      },
    };
  if (!target.startsWith("/bytes/")) return { status: 200, headers, body };
  const size = Number(target.slice("/bytes/".length));
  return { status: 200, headers: { ...headers, "Content-Length": size }, body: zeros(size) };
};

async function* zeros(size: number): AsyncGenerator<Uint8Array> {
  const piece = Buffer.alloc(64 * 1024);
  for (let left = size; left > 0; left -= piece.length)
    yield left < piece.length ? piece.subarray(0, left) : piece;
}

const roles: Record<string, (ports: number[]) => Promise<number>> = {
  backend: runBackend,
  fogbank: runFogbank,
  "http-proxy": (ports) => runHttpProxy(ports, false),
  "http-proxy-keeping": (ports) => runHttpProxy(ports, true),
};

const [role = "", ...ports] = process.argv.slice(2);
process.on("disconnect", () => process.exit());
process.send!(await roles[role]!(ports.map(Number)));
