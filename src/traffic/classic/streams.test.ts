import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { createHeldWall, pause, until } from "../application/testing/stage.ts";
import type { ClassicInstanceConfig } from "./config.ts";
import { createClassicStage, http, instance } from "./testing/stage.ts";

const tcp = { ...http, protocol: "TCP" as const };

/** Echoes, with its name first. */
async function echo(context: TestContext, name: string, port = 0) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.write(`${name}:`);
    socket.pipe(socket);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  context.after(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, sockets };
}

async function said(socket: Socket, text: string): Promise<string> {
  let heard = "";
  socket.on("data", (piece) => (heard += String(piece)));
  socket.write(text);
  await until(() => heard.includes(text));
  return heard;
}

const numbered = (listener: typeof http, index: number) => ({ ...listener, port: 80 + index });

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await pause(1);
}

/** Its end, however it comes. */
function closed(socket: Socket): Promise<void> {
  socket.on("error", () => {});
  return new Promise((resolve) => socket.once("close", () => resolve()));
}

test("a connection is counted in the zone that it was opened in until it ends", async (context) => {
  const stage = createClassicStage(context);
  const { port } = await echo(context, "a");
  const given = { instances: [instance("i-1", port)], listeners: [http, tcp].map(numbered) };
  await stage.configure(given);
  const sockets = [await stage.connect(0), await stage.connect(1)];
  await said(sockets[1]!, "hello");
  const active = async () => {
    const zones = Object.entries(await stage.report());
    return zones.map(([zone, { activeConnections }]) => [zone, activeConnections]);
  };
  assert.deepEqual(await active(), [["us-east-1a", 2]]);
  await stage.configure({ ...given, zones: ["us-east-1b"] });
  for (const socket of sockets) socket.destroy();
  await eventually(async () => (await active()).every(([, count]) => count === 0));
});

test("connections go to instances in turn and carry bytes both ways", async (context) => {
  const stage = createClassicStage(context);
  const [a, b] = [await echo(context, "a"), await echo(context, "b")];
  await stage.configure({
    listeners: [tcp],
    accessLog: true,
    instances: [instance("i-1", a.port), instance("i-2", b.port)],
  });
  const heard = [];
  for (let count = 0; count < 4; count++) {
    const socket = await stage.connect();
    heard.push(await said(socket, "hello"));
    socket.end();
    await once(socket, "close");
  }
  assert.deepEqual(heard, ["a:hello", "b:hello", "a:hello", "b:hello"]);
  const { "us-east-1a": counts } = await stage.report();
  assert.deepEqual([counts!.requests, counts!.newConnections], [4, 4]);
  assert.equal(counts!.processedBytes, 4 * (5 + 7));
  const [log] = await stage.plane.classicLogs();
  assert.match(
    log!.lines[0]!,
    new RegExp(
      String.raw`^\S+ web 127\.0\.0\.1:\d+ 127\.0\.0\.1:${a.port} \d+\.\d{6} \d+\.\d{6} \d+\.\d{6} - - 5 7 "- - - " "-" - -$`,
    ),
  );
});

test("with proxy protocol an instance reads the client's address first", async (context) => {
  const stage = createClassicStage(context);
  const { port } = await echo(context, "a");
  await stage.configure({
    listeners: [{ ...tcp, proxyProtocol: true }],
    instances: [instance("i-1", port)],
  });
  const socket = await stage.connect();
  const heard = await said(socket, "hello");
  const { localPort } = socket;
  assert.match(heard, new RegExp(`^a:PROXY TCP4 127.0.0.1 127.0.0.1 ${localPort} \\d+\r\nhello$`));
  socket.destroy();
});

test("a connection waits for an instance that accepts; without one in service it is closed", async (context) => {
  const stage = createClassicStage(context);
  const reserved = await stage.backend(() => ({ status: 200, headers: {} }));
  await reserved.close(0);
  await stage.configure({ listeners: [tcp], instances: [instance("i-1", reserved.port)] });
  const socket = await stage.connect();
  await eventually(async () => {
    const { "us-east-1a": counts } = await stage.report();
    return (counts?.backendConnectionErrors ?? 0) > 0;
  });
  await echo(context, "late", reserved.port);
  assert.equal(await said(socket, "x"), "late:x");
  socket.destroy();
  await stage.configure({ listeners: [tcp], instances: [] });
  await closed(connect(stage.at()));
});

test("a connection that waits goes to whoever accepts, whatever becomes of the one that did not", async (context) => {
  const { wall, passUntil } = createHeldWall(context);
  const stage = createClassicStage(context, wall);
  const reserved = await stage.backend(() => ({ status: 200, headers: {} }));
  await reserved.close(0);
  const configure = (own: ClassicInstanceConfig) =>
    stage.configure({ listeners: [tcp], instances: [own] });
  await configure(instance("i-1", reserved.port));
  const socket = await stage.connect();
  await eventually(
    async () => ((await stage.report())["us-east-1a"]?.backendConnectionErrors ?? 0) > 0,
  );
  await configure(instance("i-1", reserved.port, { state: "draining" }));
  await eventually(
    async () => (await stage.plane.underWayClassic({ id: "lb", instanceId: "i-1" })) === 0,
  );
  await configure(instance("i-2", (await echo(context, "other")).port));
  assert.equal(await passUntil(said(socket, "x")), "other:x");
  socket.destroy();
});

test("connections of a draining instance live on; of one that left they are reset", async (context) => {
  const stage = createClassicStage(context);
  const { port } = await echo(context, "a");
  await stage.configure({ listeners: [tcp], instances: [instance("i-1", port)] });
  const socket = await stage.connect();
  await said(socket, "one");
  await stage.configure({
    listeners: [tcp],
    instances: [instance("i-1", port, { state: "draining" })],
  });
  await said(socket, "two");
  const end = closed(socket);
  await stage.configure({ listeners: [tcp], instances: [] });
  await end;
});

test("health checks connect, or ask and want a 200", async (context) => {
  const stage = createClassicStage(context);
  let status = 200;
  const backend = await stage.backend(({ headers }) => {
    assert.equal(headers["user-agent"], "ELB-HealthChecker/1.0");
    return { status, headers: {} };
  });
  const reach = { host: "127.0.0.1", port: backend.port };
  const check = (protocol: "HTTP" | "TCP", to = reach) =>
    stage.plane.checkClassic({
      id: "lb",
      zone: "us-east-1b",
      protocol,
      reach: to,
      host: "x",
      path: "/",
      timeoutMs: 20_000,
    });
  await stage.configure({ listeners: [], instances: [] });
  assert.equal(await check("TCP"), true);
  assert.equal(await check("HTTP"), true);
  status = 204;
  assert.equal(await check("HTTP"), false);
  assert.deepEqual(await stage.report(), {});
  assert.equal(await check("TCP", { host: "127.0.0.1", port: 1 }), false);
  assert.equal(await check("HTTP", { host: "127.0.0.1", port: 1 }), false);
  const { "us-east-1b": counts } = await stage.report();
  assert.equal(counts!.backendConnectionErrors, 2);
});
