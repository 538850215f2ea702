import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { test } from "node:test";
import { proxyProtocolBinary } from "./proxy-protocol.ts";
import {
  createHeldWall,
  createStage,
  endOf,
  listener,
  readAll,
  target,
  targetGroup,
  until,
  type Stage,
} from "./testing/stage.ts";

const naming = async (stage: Stage, ...names: string[]) =>
  Promise.all(
    names.map(async (name) => {
      const { port, server } = await stage.target((socket) => socket.end(name));
      return { name, port, server };
    }),
  );

async function spread(stage: Stage, times: number, zone = "a"): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let count = 0; count < times; count++) {
    const name = await stage.ask("", zone);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

test("connections are spread by their ends; in turn where that is asked for", async (context) => {
  const stage = createStage(context);
  const targets = (await naming(stage, "x", "y")).map(({ port }) => target(port));
  await stage.sendTo(targets);
  const byHash = await spread(stage, 60);
  assert.ok(byHash["x"]! > 10 && byHash["y"]! > 10, JSON.stringify(byHash));
  await stage.sendTo(targets, { algorithm: "round_robin" });
  assert.deepEqual(await spread(stage, 10), { x: 5, y: 5 });
});

test("a client's address keeps its target while that is healthy", async (context) => {
  const stage = createStage(context);
  const targets = await naming(stage, "x", "y", "z");
  await stage.sendTo(
    targets.map(({ port }) => target(port)),
    { sourceIpStickiness: true },
  );
  const [[name, count] = []] = Object.entries(await spread(stage, 10));
  assert.equal(count, 10);
  const configs = targets.map((one) =>
    target(one.port, one.name === name ? { state: "unhealthy" } : {}),
  );
  await stage.sendTo(configs, { sourceIpStickiness: true });
  const [[other, others] = []] = Object.entries(await spread(stage, 10));
  assert.notEqual(other, name);
  assert.equal(others, 10);
});

test("weights decide between groups", async (context) => {
  const stage = createStage(context);
  const [x, y] = await naming(stage, "x", "y");
  await stage.configure({
    listeners: [
      {
        ...listener,
        groups: [
          { arn: "one", weight: 9 },
          { arn: "two", weight: 1 },
          { arn: "none", weight: 0 },
        ],
      },
    ],
    targetGroups: [
      { ...targetGroup, arn: "one", targets: [target(x!.port)] },
      { ...targetGroup, arn: "two", targets: [target(y!.port)] },
      { ...targetGroup, arn: "none", targets: [] },
    ],
  });
  const counts = await spread(stage, 100);
  assert.ok(counts["x"]! > 75 && counts["y"]! > 0, JSON.stringify(counts));
});

test("without cross-zone balancing a node sends to its own zone; unhealthy ones only when there is nobody else", async (context) => {
  const stage = createStage(context);
  const [x, y] = await naming(stage, "x", "y");
  const targets = [target(x!.port, { zone: "a" }), target(y!.port, { zone: "b" })];
  await stage.sendTo(targets, { crossZone: false });
  assert.deepEqual(await spread(stage, 5, "a"), { x: 5 });
  assert.deepEqual(await spread(stage, 5, "b"), { y: 5 });
  await stage.sendTo([{ ...targets[0]!, state: "unhealthy" }, targets[1]!]);
  assert.deepEqual(await spread(stage, 5, "a"), { y: 5 });
  assert.equal((await stage.counts("TCP", "a")).unhealthyRoutedFlows, undefined);
  await stage.sendTo(targets.map((one) => ({ ...one, state: "unhealthy" as const })));
  assert.deepEqual(Object.keys(await spread(stage, 30, "a")).sort(), ["x", "y"]);
  assert.equal((await stage.counts("TCP", "a")).unhealthyRoutedFlows, 30);
});

test("flows of a target that leaves live on, or are reset where the group says so", async (context) => {
  const stage = createStage(context);
  const accepted: Socket[] = [];
  const { port } = await stage.target((socket) => void accepted.push(socket));
  await stage.sendTo([target(port)]);
  const first = await stage.client();
  await until(() => accepted.length === 1);
  await stage.sendTo([target(port, { state: "draining" })]);
  await stage.sendTo([]);
  accepted[0]!.end("still here");
  assert.equal(await readAll(first), "still here");
  await stage.sendTo([target(port)], { resetsDeregistered: true });
  const second = endOf(await stage.client());
  await until(() => accepted.length === 2);
  await stage.sendTo([], { resetsDeregistered: true });
  assert.equal(await second, "ECONNRESET");
});

test("flows of a group that is replaced by another live on", async (context) => {
  const stage = createStage(context);
  const accepted: Socket[] = [];
  const { port } = await stage.target((socket) => void accepted.push(socket));
  const [next] = await naming(stage, "next");
  await stage.sendTo([target(port)]);
  const client = await stage.client();
  await until(() => accepted.length === 1);
  await stage.configure({
    listeners: [{ ...listener, groups: [{ arn: "other", weight: 1 }] }],
    targetGroups: [{ ...targetGroup, arn: "other", targets: [target(next!.port)] }],
  });
  assert.equal(await stage.ask(""), "next");
  accepted[0]!.end("still here");
  assert.equal(await readAll(client), "still here");
});

test("flows of a target that became unhealthy are reset: at once, later or not at all", async (context) => {
  const { clock, wall } = createHeldWall(context);
  const stage = createStage(context, wall);
  let accepted = 0;
  const { port } = await stage.target(() => void accepted++);
  const [other] = await naming(stage, "other");
  const unhealthy = [target(port, { state: "unhealthy" }), target(other!.port)];
  await stage.sendTo([target(port)], { unhealthyResetMs: undefined });
  const end = endOf(await stage.client());
  await until(() => accepted === 1);
  await stage.sendTo(unhealthy, { unhealthyResetMs: undefined });
  await clock.advance(10_000);
  assert.equal((await stage.counts()).activeFlows, 1);
  await stage.sendTo(unhealthy, { unhealthyResetMs: 100 });
  await clock.advance(99);
  assert.equal((await stage.counts()).activeFlows, 1);
  await clock.advance(1);
  assert.equal(await end, "ECONNRESET");
  assert.equal((await stage.counts()).balancerResets, 1);
});

test("the header of proxy protocol goes before everything else", async (context) => {
  const stage = createStage(context);
  const { port } = await stage.target((socket) => socket.pipe(socket));
  await stage.sendTo([target(port)], { proxyProtocol: 1 });
  const client = await stage.client();
  const { localPort } = client;
  client.end("hello");
  const own = stage.at().port;
  assert.equal(
    await readAll(client),
    `PROXY TCP4 127.0.0.1 127.0.0.1 ${localPort} ${own}\r\nhello`,
  );
  await stage.sendTo([target(port)], { proxyProtocol: 2 });
  const other = await stage.client();
  const from = { host: "127.0.0.1", port: other.localPort! };
  other.end("hello");
  const chunks: Buffer[] = [];
  for await (const chunk of other) chunks.push(chunk as Buffer);
  const header = proxyProtocolBinary(from, { host: "127.0.0.1", port: own });
  assert.deepEqual(Buffer.concat(chunks), Buffer.concat([header, Buffer.from("hello")]));
});

test("a client on a loopback address of its own is seen with it, where that is asked for", async (context) => {
  const stage = createStage(context);
  const { port } = await stage.target((socket) => socket.end(socket.remoteAddress!));
  await stage.sendTo([target(port)], { preserveClientIp: true });
  assert.equal(await stage.ask(""), "127.0.0.1");
  const { connect } = await import("node:net");
  const client = connect({ ...stage.at(), localAddress: "127.9.8.7" });
  assert.equal(await readAll(client), "127.9.8.7");
});

test("no connection fails while targets are replaced one by one under load", async (context) => {
  const stage = createStage(context);
  const running = await naming(stage, "a", "b", "c");
  await stage.sendTo(running.map(({ port }) => target(port)));
  const phase = { loading: true };
  const seen = new Map<string, number>();
  const rounds = Array<number>(8).fill(0);
  const load = async (client: number) => {
    while (phase.loading) {
      const name = await stage.ask("x");
      rounds[client]!++;
      seen.set(name, (seen.get(name) ?? 0) + 1);
    }
  };
  const clients = rounds.map((_, client) => load(client));
  const allSeen = () => until(() => running.every(({ name }) => seen.has(name)));
  for (const name of ["d", "e", "f"]) {
    await allSeen();
    const old = running.shift()!;
    const [fresh] = await naming(stage, name);
    running.push(fresh!);
    const present = running.map(({ port }) => target(port));
    await stage.sendTo([...present, target(old.port, { state: "draining" })]);
    // The deregistration delay: what is under way there ends.
    const before = [...rounds];
    await until(() => rounds.every((count, client) => count > before[client]!));
    await stage.sendTo(present);
    old.server.close();
  }
  await allSeen();
  phase.loading = false;
  await Promise.all(clients);
  assert.deepEqual([...seen.keys()].sort(), ["a", "b", "c", "d", "e", "f"]);
  const counts = await stage.settled();
  assert.deepEqual(Object.keys(counts).sort(), ["newFlows", "peakBytes", "processedBytes"]);
  assert.deepEqual(stage.errors, []);
});

test("flows live on at unhealthy targets while traffic goes to all of them", async (context) => {
  const stage = createStage(context);
  const targets = await naming(stage, "x", "y");
  const echo = await stage.target((socket) => socket.pipe(socket));
  const all = (x: "healthy" | "unhealthy", state: "healthy" | "unhealthy") => [
    target(targets[0]!.port, { state: x }),
    target(echo.port, { state }),
  ];
  await stage.sendTo([target(echo.port)]);
  const socket = await stage.client();
  const ended = endOf(socket);
  socket.write("a");
  await until(() => socket.bytesRead === 1);
  await stage.sendTo(all("unhealthy", "unhealthy"));
  await stage.sendTo(all("unhealthy", "unhealthy"));
  socket.write("b");
  await until(() => socket.bytesRead === 2);
  await stage.sendTo(all("healthy", "unhealthy"));
  assert.equal(await ended, "ECONNRESET", "there is a healthy one again");
});
