import assert from "node:assert/strict";
import { createPublicKey } from "node:crypto";
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { test, type TestContext } from "node:test";
import { ca, tlsConfig } from "../application/testing/secure-stage.ts";
import { createHeldWall, until } from "../application/testing/stage.ts";
import { createClassicStage, http, instance } from "./testing/stage.ts";

async function listen(context: TestContext, server: ReturnType<typeof createServer>) {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

test("an instance that does not speak TLS counts as one that no connection came about with", async (context) => {
  const { wall, passUntil } = createHeldWall(context);
  const stage = createClassicStage(context, wall);
  const plain = await listen(
    context,
    createServer((socket) => socket.once("data", () => socket.end("no TLS here"))),
  );
  await stage.configure({
    listeners: [{ ...http, backend: { trustedKeys: undefined } }],
    instances: [instance("i-1", plain.port)],
    idleTimeoutMs: 300,
  });
  assert.equal((await passUntil(stage.get("/"))).status, 504);
  const counts = (await stage.report())["us-east-1a"]!;
  assert.ok(counts.backendConnectionErrors > 0);
});

test("a request whose body streams goes to the instance with a trusted key", async (context) => {
  const stage = createClassicStage(context);
  const secure = (heard: string[]) => {
    const { pem, key } = ca.certificate("backend", ["backend"]);
    const server = createTlsServer({ cert: pem, key }, (socket) => {
      socket.on("error", () => {});
      socket.on("data", (piece) => {
        heard.push(String(piece));
        if (heard.at(-1)!.includes("two"))
          socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      });
    });
    return { server, pem };
  };
  const [strange, known]: [string[], string[]] = [[], []];
  const stranger = secure(strange);
  const friend = secure(known);
  const [a, b] = [await listen(context, stranger.server), await listen(context, friend.server)];
  const trusted = createPublicKey(friend.pem).export({ type: "spki", format: "der" });
  await stage.configure({
    listeners: [{ ...http, backend: { trustedKeys: [trusted.toString("base64")] } }],
    instances: [instance("i-1", a.port), instance("i-2", b.port)],
  });
  const test = { isOver: false };
  context.after(() => (test.isOver = true));
  async function* body() {
    const before = known.length;
    yield Buffer.from("one");
    // The rest comes when the first piece has found its way.
    await until(() => known.length > before || test.isOver);
    yield Buffer.from("two");
  }
  for (let count = 0; count < 4; count++)
    assert.equal((await stage.get("/", { method: "POST", body: body() })).text, "ok");
  assert.deepEqual(strange, []);
});

test("a download over TLS that its client leaves is logged, and its instance is left", async (context) => {
  const stage = createClassicStage(context);
  const piece = Buffer.alloc(100_000);
  const endless = await listen(
    context,
    createServer((socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n");
        socket.write(piece);
        socket.on("drain", () => socket.write(piece));
      });
    }),
  );
  await stage.configure({
    listeners: [{ ...http, port: 443, protocol: "HTTPS", tls: tlsConfig(["shop.example"]) }],
    accessLog: true,
    instances: [instance("i-1", endless.port)],
  });
  const response = await stage.open("/", { tls: { servername: "shop.example", ca: ca.root } });
  const pieces = response.body[Symbol.asyncIterator]();
  await pieces.next();
  await pieces.return!();
  await until(() => endless.sockets.size === 0);
  const [log] = await stage.plane.classicLogs();
  assert.match(log!.lines[0]!, / \S+ TLSv1\.[23]$/);
  assert.deepEqual(stage.errors, []);
});
