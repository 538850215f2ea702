import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createHttp2Server, type ServerHttp2Stream } from "node:http2";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { runClassicCheck } from "../classic/health-check.ts";
import type { HealthCheck } from "./config.ts";
import { runHealthCheck } from "./health-check.ts";
import { createHeldWall } from "./testing/stage.ts";

const checkOf = (port: number, changes: Partial<HealthCheck> = {}): HealthCheck => ({
  tls: false,
  version: "HTTP1",
  reach: { host: "127.0.0.1", port },
  host: "a",
  path: "/",
  matcher: "200",
  timeoutMs: 1000,
  ...changes,
});

/** A server that says one character more of its answer whenever it is told to. */
async function dripping(context: TestContext) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\nX-Long: "));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const drip = () => {
    for (const socket of sockets) socket.write("x");
  };
  return { port: (server.address() as AddressInfo).port, drip };
}

test("an answer that never comes to its end is no answer in time", async (context) => {
  const { port, drip } = await dripping(context);
  const { wall, clock, passUntil } = createHeldWall(context);
  const timer = clock.after(100, function again() {
    drip();
    clock.after(100, again);
  });
  context.after(() => timer.cancel());
  const result = await passUntil(runHealthCheck(checkOf(port), wall));
  assert.deepEqual(result, { healthy: false, reason: "timeout" });
  const classic = { id: "lb", zone: "a", protocol: "HTTP", path: "/", host: "a" } as const;
  const check = { ...classic, reach: { host: "127.0.0.1", port }, timeoutMs: 1000 };
  assert.equal(await passUntil(runClassicCheck(check, wall)), "failed");
});

test("gRPC: a target that says more than a health check can hear is not healthy", async (context) => {
  const server = createHttp2Server();
  server.on("stream", (stream: ServerHttp2Stream) => {
    stream.on("error", () => {});
    stream.respond({ ":status": 200, "content-type": "application/grpc" });
    stream.write(Buffer.alloc(2 * 1024 * 1024));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  // It is what was said that ends it, and no time: that of HTTP/2's sessions is the host's.
  const { wall } = createHeldWall(context);
  const result = await runHealthCheck(checkOf(port, { version: "GRPC", timeoutMs: 1e9 }), wall);
  assert.deepEqual(result, { healthy: false, reason: "failed" });
});
