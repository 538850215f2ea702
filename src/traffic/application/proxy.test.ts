import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { once } from "node:events";
import { test } from "node:test";
import { readBody, type HttpHandler } from "#http/http.ts";
import { createHeldWall, createStage, pause, target, until } from "./testing/stage.ts";

const named =
  (name: string): HttpHandler =>
  () => ({ status: 200, headers: {}, body: name });

/** A target on raw bytes; the stage does not know it, the test closes it. */
async function rawTarget(onSocket: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    onSocket(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  return { port, close: () => server.close() };
}

test("fields are forwarded, hop-by-hop ones are not, AWS's are added", async (context) => {
  const stage = createStage(context);
  const server = await stage.backend((request) => ({
    status: 201,
    headers: { "Set-Cookie": ["a=1", "b=2"], "X-Reply": "yes" },
    rawHeaders: ["Keep-Alive", "timeout=1"],
    body: JSON.stringify(request.headers),
  }));
  await stage.forwardTo([target(server)]);
  const rawHeaders = ["Host", "shop.example:8080", "X-A", "1", "X-Forwarded-For", "10.0.0.1"];
  rawHeaders.push("Connection", "keep-alive, X-Private", "X-Private", "2", "TE", "trailers");
  // In a field of its own, and with one that no hop can do without.
  rawHeaders.push("Connection", "X-Secret, Host", "X-Secret", "3");
  const answer = await stage.get("/x", { rawHeaders });
  assert.equal(answer.status, 201);
  assert.equal(answer.headers["keep-alive"], undefined);
  assert.equal(answer.rawHeaders.filter((name) => name === "Set-Cookie").length, 2);
  const seen = JSON.parse(answer.text) as Record<string, string>;
  assert.match(seen["x-amzn-trace-id"]!, /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
  delete seen["x-amzn-trace-id"];
  assert.deepEqual(seen, {
    host: "shop.example:8080",
    "x-a": "1",
    "x-forwarded-for": "10.0.0.1, 127.0.0.1",
    "x-forwarded-proto": "http",
    "x-forwarded-port": "80",
  });
});

test("X-Forwarded-For is preserved, removed or completed with the port as the attributes say", async (context) => {
  const stage = createStage(context);
  const server = await stage.backend((request) => ({
    status: 200,
    headers: {},
    body: request.headers["x-forwarded-for"] ?? "none",
  }));
  const targets = [target(server)];
  await stage.forwardTo(targets);
  const rawHeaders = ["Host", "a", "X-Forwarded-For", "1.2.3.4"];
  for (const [mode, port, expected] of [
    ["append", false, /^1\.2\.3\.4, 127\.0\.0\.1$/],
    ["append", true, /^1\.2\.3\.4, 127\.0\.0\.1:\d+$/],
    ["preserve", false, /^1\.2\.3\.4$/],
    ["remove", false, /^none$/],
  ] as const) {
    await stage.forwardTo(targets, {}, { forwardedFor: mode, forwardedForPort: port });
    assert.match((await stage.get("/", { rawHeaders })).text, expected);
  }
  const many = ["Host", "a", "X-Forwarded-For", Array(31).fill("1.1.1.1").join(",")];
  assert.equal((await stage.get("/", { rawHeaders: many })).status, 463);
});

test("requests go round the targets", async (context) => {
  const stage = createStage(context);
  const servers = await Promise.all(["a", "b", "c"].map((name) => stage.backend(named(name))));
  await stage.forwardTo(servers.map((server) => target(server)));
  const seen: string[] = [];
  for (let count = 0; count < 9; count++) seen.push((await stage.get("/")).text);
  assert.equal(seen.sort().join(""), "aaabbbccc");
});

test("the least busy target gets the next request", async (context) => {
  const stage = createStage(context);
  let release: (() => void) | undefined;
  const slow = await stage.backend(async () => {
    await new Promise<void>((resolve) => (release = resolve));
    return { status: 200, headers: {}, body: "slow" };
  });
  const fast = await stage.backend(named("fast"));
  const group = { algorithm: "least_outstanding_requests" } as const;
  await stage.forwardTo([target(slow), target(fast)], group);
  const first = stage.get("/");
  await until(() => release !== undefined);
  for (let count = 0; count < 5; count++) assert.equal((await stage.get("/")).text, "fast");
  release?.();
  assert.equal((await first).text, "slow");
});

test("a target in slow start gets a smaller share", async (context) => {
  const stage = createStage(context);
  const seen = { old: 0, young: 0 };
  const old = await stage.backend(() => (seen.old++, { status: 200, headers: {} }));
  const young = await stage.backend(() => (seen.young++, { status: 200, headers: {} }));
  await stage.forwardTo([target(old), target(young, { healthyForMs: 0 })], { slowStartMs: 1e6 });
  for (let count = 0; count < 200; count++) await stage.get("/");
  assert.ok(seen.young > 0 && seen.young < 40, `${seen.young} of 200`);
});

test("bodies stream both ways before they are complete", async (context) => {
  const stage = createStage(context);
  const server = await stage.backend((request) => ({
    status: 200,
    headers: {},
    body: request.body,
  }));
  await stage.forwardTo([target(server)]);
  let send: ((text: string) => void) | undefined;
  async function* upload() {
    for (let count = 0; count < 3; count++)
      yield Buffer.from(await new Promise<string>((resolve) => (send = resolve)));
  }
  const opening = stage.open("/", { method: "POST", body: upload() });
  const next = async (text: string) => {
    await until(() => send !== undefined);
    const give = send;
    send = undefined;
    give?.(text);
  };
  await next("one");
  const { body } = await opening;
  const pieces = body[Symbol.asyncIterator]();
  assert.equal(String((await pieces.next()).value), "one");
  await next("two");
  assert.equal(String((await pieces.next()).value), "two");
  await next("three");
  assert.equal(String((await pieces.next()).value), "three");
  assert.equal((await pieces.next()).done, true);
});

test("a large body passes whole, with its length", async (context) => {
  const stage = createStage(context);
  const server = await stage.backend(async (request) => {
    const bytes = await readBody(request.body, 1e9);
    return { status: 200, headers: { "x-length": request.headers["content-length"] }, body: bytes };
  });
  await stage.forwardTo([target(server)]);
  const body = Buffer.alloc(5_000_000, "abc");
  const answer = await stage.get("/", { method: "PUT", body });
  assert.equal(answer.headers["x-length"], "5000000");
  assert.equal(answer.headers["content-length"], "5000000");
  assert.ok(answer.text === body.toString());
});

test("HEAD keeps the length that the target gave", async (context) => {
  const stage = createStage(context);
  const server = await stage.backend(named("four"));
  await stage.forwardTo([target(server)]);
  const answer = await stage.get("/", { method: "HEAD" });
  assert.equal(answer.headers["content-length"], "4");
  assert.equal(answer.text, "");
});

test("without targets the answer is AWS's 503", async (context) => {
  const stage = createStage(context);
  await stage.forwardTo([]);
  const answer = await stage.get("/");
  assert.equal(answer.status, 503);
  assert.equal(answer.headers["server"], "awselb/2.0");
  assert.match(answer.text, /<center><h1>503 Service Temporarily Unavailable<\/h1><\/center>/);
  assert.deepEqual(Object.values((await stage.report()).zones).at(-1)!.answers, { 503: 1 });
});

test("when no target is healthy all get traffic", async (context) => {
  const stage = createStage(context);
  const server = await stage.backend(named("sick but alive"));
  await stage.forwardTo([target(server, { state: "unhealthy" })]);
  assert.equal((await stage.get("/")).text, "sick but alive");
});

test("unhealthy, draining and unreachable targets get no traffic while others are healthy", async (context) => {
  const stage = createStage(context);
  const well = await stage.backend(named("well"));
  const other = await stage.backend(named("other"));
  await stage.forwardTo([
    target(other, { state: "unhealthy", key: "a" }),
    target(other, { state: "draining", key: "b" }),
    target(other, { reach: undefined, key: "c" }),
    target(well),
  ]);
  for (let count = 0; count < 8; count++) assert.equal((await stage.get("/")).text, "well");
});

test("a refused connection is tried at another target, even with a streaming body", async (context) => {
  const stage = createStage(context);
  const server = await stage.backend(async (request) => ({
    status: 200,
    headers: {},
    body: await readBody(request.body, 1000),
  }));
  const gone = { key: "gone", reach: { host: "127.0.0.1", port: 1 } };
  await stage.forwardTo([target(server, gone), target(server)]);
  async function* upload() {
    yield Buffer.from("order ");
    yield Buffer.from("one");
  }
  for (let count = 0; count < 4; count++) {
    const answer = await stage.get("/", { method: "POST", body: upload() });
    assert.deepEqual([answer.status, answer.text], [200, "order one"]);
  }
  const { groups } = await stage.report();
  assert.equal(
    groups.reduce((sum, { counts }) => sum + counts.connectionErrors, 0),
    2,
  );
});

test("502: every connection refused, the target hangs up, the target speaks no HTTP", async (context) => {
  const stage = createStage(context);
  const hangUp = await rawTarget((socket) => socket.once("data", () => socket.destroy()));
  const babble = await rawTarget((socket) =>
    socket.once("data", () => socket.end("hello\r\n\r\n")),
  );
  context.after(() => (hangUp.close(), babble.close()));
  for (const port of [1, hangUp.port, babble.port]) {
    await stage.forwardTo([target({ port }, { key: String(port) })]);
    const answer = await stage.get("/");
    assert.equal(answer.status, 502);
    assert.match(answer.text, /502 Bad Gateway/);
  }
});

test("504: the target stays silent", async (context) => {
  const { wall, passUntil } = createHeldWall(context);
  const stage = createStage(context, wall);
  let arrived = 0;
  const silent = await rawTarget((socket) => socket.on("data", () => void arrived++));
  context.after(() => silent.close());
  await stage.forwardTo([target({ port: silent.port })], {}, { idleTimeoutMs: 150 });
  const asked = stage.get("/");
  await until(() => arrived === 1);
  const answer = await passUntil(asked);
  assert.equal(answer.status, 504);
  assert.match(answer.text, /504 Gateway Time-out/);
});

test("400: what is no HTTP is answered as AWS answers", async (context) => {
  const stage = createStage(context);
  await stage.forwardTo([]);
  const answer = await stage.get("/", { rawHeaders: ["Host", "a", "Host", "b"] });
  assert.equal(answer.status, 400);
  assert.match(answer.text, /400 Bad Request/);
  assert.equal((await stage.get("/", { method: "TRACE" })).status, 405);
});

test("a client that goes away takes its request with it and counts as 460", async (context) => {
  const stage = createStage(context);
  let gone: Promise<unknown> | undefined;
  const server = await stage.backend((request) => {
    gone = once(request.signal, "abort");
    return new Promise(() => {});
  });
  await stage.forwardTo([target(server)]);
  const abort = new AbortController();
  const pending = stage.get("/", { signal: abort.signal });
  await until(() => gone !== undefined);
  abort.abort();
  await assert.rejects(pending);
  await gone;
  let answers = {};
  while (Object.keys(answers).length === 0) {
    await pause(1);
    answers = Object.values((await stage.report()).zones).at(-1)?.answers ?? {};
  }
  assert.deepEqual(answers, { 460: 1 });
});

test("a killed target costs its requests under way and no others", async (context) => {
  const stage = createStage(context);
  const sockets = new Set<Socket>();
  let arrived = 0;
  const victim = await rawTarget((socket) => {
    sockets.add(socket);
    socket.on("data", () => void arrived++);
  });
  const other = await stage.backend(named("alive"));
  await stage.forwardTo([target({ port: victim.port }), target(other)]);
  const underWay = [stage.get("/"), stage.get("/"), stage.get("/"), stage.get("/")];
  await until(() => arrived >= 2);
  victim.close();
  for (const socket of sockets) socket.destroy();
  const statuses = (await Promise.all(underWay)).map(({ status }) => status);
  assert.deepEqual(
    statuses.sort((a, b) => a - b),
    [200, 200, 502, 502],
  );
  for (let count = 0; count < 10; count++) assert.equal((await stage.get("/")).text, "alive");
});

test("a draining target finishes what it has; when it is gone the rest is broken off", async (context) => {
  const stage = createStage(context);
  const releases: (() => void)[] = [];
  const draining = await stage.backend(async () => {
    await new Promise<void>((resolve) => void releases.push(resolve));
    return { status: 200, headers: {}, body: "finished" };
  });
  const fresh = await stage.backend(named("fresh"));
  const leaving = target(draining);
  await stage.forwardTo([leaving]);
  const first = stage.get("/");
  const second = stage.get("/");
  await until(() => releases.length >= 2);
  await stage.forwardTo([{ ...leaving, state: "draining" }, target(fresh)]);
  assert.equal((await stage.get("/")).text, "fresh");
  releases[0]!();
  assert.equal((await Promise.race([first, second])).text, "finished");
  await stage.forwardTo([target(fresh)]);
  const statuses = (await Promise.all([first, second])).map(({ status }) => status);
  assert.deepEqual(
    statuses.sort((a, b) => a - b),
    [200, 502],
  );
});

test("a WebSocket passes through", async (context) => {
  const stage = createStage(context);
  let ended = false;
  const server = await stage.backend((request) => ({
    status: 101,
    headers: { Upgrade: request.headers["upgrade"], Connection: "Upgrade", "X-Accept": "yes" },
    upgrade: (socket, head) => {
      socket.on("close", () => (ended = true));
      socket.write(head);
      socket.pipe(socket);
    },
  }));
  await stage.forwardTo([target(server)]);
  const rawHeaders = ["Host", "a", "Connection", "keep-alive, Upgrade", "Upgrade", "websocket"];
  const response = await stage.open("/ws", { upgrade: true, rawHeaders });
  assert.equal(response.status, 101);
  assert.equal(response.headers["x-accept"], "yes");
  const { socket } = response.upgraded!;
  socket.write("ping");
  socket.resume();
  const [echoed] = await once(socket, "data");
  assert.equal(String(echoed), "ping");
  socket.destroy();
  await until(() => ended);
  assert.deepEqual(stage.errors, []);
});

test("what passes is counted", async (context) => {
  const stage = createStage(context);
  const server = await stage.backend((request) => ({
    status: Number(request.target.slice(1)),
    headers: {},
    body: "x".repeat(100),
  }));
  await stage.forwardTo([target(server, { zone: "us-east-1b" })]);
  for (const path of ["/200", "/200", "/302", "/404", "/500"]) await stage.get(path);
  const { zones, groups } = await stage.report();
  const nodes = Object.values(zones);
  const total = (pick: (node: (typeof nodes)[number]) => number) =>
    nodes.reduce((sum, node) => sum + pick(node), 0);
  assert.equal(
    total((node) => node.requests),
    5,
  );
  assert.equal(
    total((node) => node.routedRequests),
    5,
  );
  // The client's and the one to the target.
  assert.equal(
    total((node) => node.newConnections),
    2,
  );
  assert.equal(
    total((node) => node.activeConnections),
    2,
  );
  assert.ok(total((node) => node.processedBytes) > 500);
  assert.equal(groups.length, 1);
  assert.equal(groups[0]!.zone, "us-east-1b");
  assert.deepEqual(groups[0]!.counts.statusClasses, { 2: 2, 3: 1, 4: 1, 5: 1 });
  const times = Object.entries(groups[0]!.counts.responseTimes);
  assert.equal(
    times.reduce((sum, [, count]) => sum + count, 0),
    5,
  );
  assert.ok(times.every(([seconds]) => Number(seconds) > 0 && Number(seconds) < 1));
  const again = await stage.report();
  assert.deepEqual(again.groups, []);
});
