import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test } from "node:test";
import { createSeededRandom } from "#runtime/random.ts";
import {
  createHeldWall,
  createStage,
  endOf,
  listener,
  pause,
  readAll,
  target,
  until,
} from "./testing/stage.ts";

test("bytes pass both ways, and a client that has finished still gets its answer", async (context) => {
  const stage = createStage(context);
  const { port } = await stage.target((socket) => {
    let text = "";
    socket.on("data", (piece) => void (text += String(piece)));
    socket.on("end", () => socket.end(`heard ${text}`));
  });
  await stage.sendTo([target(port)]);
  assert.equal(await stage.ask("hello"), "heard hello");
  assert.deepEqual(await stage.settled(), { newFlows: 1, processedBytes: 16, peakBytes: 1.6 });
  assert.deepEqual(stage.errors, []);
});

test("a target that speaks first is heard", async (context) => {
  const stage = createStage(context);
  const { port } = await stage.target((socket) => socket.end("220 welcome"));
  await stage.sendTo([target(port)]);
  const client = await stage.client();
  assert.equal(await readAll(client), "220 welcome");
});

test("a slow reader holds its target back, and loses nothing", async (context) => {
  const stage = createStage(context);
  const total = 64 * 1024 * 1024;
  let sent = 0;
  const { port } = await stage.target((socket) => {
    const piece = Buffer.alloc(256 * 1024);
    const write = () => {
      while (sent < total && socket.write(piece)) sent += piece.length;
      if (sent >= total) socket.end();
      else sent += piece.length;
    };
    socket.on("drain", write);
    write();
  });
  await stage.sendTo([target(port)]);
  const client = await stage.client();
  await pause(300);
  assert.ok(sent < total / 2, `${sent} bytes were taken though nobody reads`);
  let received = 0;
  client.on("data", (piece) => void (received += piece.length));
  await once(client, "end");
  assert.equal(received, sent);
});

test("what passes is what was sent, however slowly it is read", async (context) => {
  const stage = createStage(context);
  const { port } = await stage.target((socket) => socket.pipe(socket));
  await stage.sendTo([target(port)]);
  const random = createSeededRandom(11);
  const echo = async () => {
    const sent = Buffer.concat(Array.from({ length: 3000 }, () => random.bytes(1000)));
    const socket = await stage.client();
    socket.end(sent);
    const received: Buffer[] = [];
    for await (const piece of socket) {
      received.push(piece as Buffer);
      if (random.next() < 0.05) await pause(1);
    }
    assert.ok(Buffer.concat(received).equals(sent));
  };
  await Promise.all(Array.from({ length: 6 }, echo));
});

test("a reset on one side is one on the other, and is counted", async (context) => {
  const stage = createStage(context);
  const accepted: Socket[] = [];
  const { port } = await stage.target((socket) => void accepted.push(socket));
  await stage.sendTo([target(port)]);
  const first = await stage.client();
  await until(() => accepted.length === 1);
  const targetEnd = endOf(accepted[0]!);
  first.resetAndDestroy();
  assert.equal(await targetEnd, "ECONNRESET");
  const second = await stage.client();
  await until(() => accepted.length === 2);
  const clientEnd = endOf(second);
  accepted[1]!.resetAndDestroy();
  assert.equal(await clientEnd, "ECONNRESET");
  const counts = await stage.settled();
  assert.deepEqual(counts, { newFlows: 2, clientResets: 1, targetResets: 1 });
});

test("a connection that falls silent is reset at both ends", async (context) => {
  const { clock, wall, passUntil } = createHeldWall(context);
  const stage = createStage(context, wall);
  const accepted: Socket[] = [];
  const { port } = await stage.target((socket) => void accepted.push(socket));
  await stage.sendTo([target(port)], {}, { idleTimeoutMs: 200 });
  const client = await stage.client();
  await until(() => accepted.length === 1);
  const ends = [endOf(client), endOf(accepted[0]!)];
  for (let times = 1; times <= 5; times++) {
    client.write("still here");
    await until(() => accepted[0]!.bytesRead === times * 10);
    await clock.advance(80);
  }
  assert.deepEqual((await stage.counts())["activeFlows"], 1);
  assert.deepEqual(await passUntil(Promise.all(ends)), ["ECONNRESET", "ECONNRESET"]);
  assert.deepEqual(await stage.settled(), { balancerResets: 1 });
});

test("a target that refuses is passed over; with none left the client is reset", async (context) => {
  const stage = createStage(context);
  const dead = await stage.target(() => {});
  dead.server.close();
  const { port } = await stage.target((socket) => socket.end("sound"));
  await stage.sendTo([target(dead.port), target(port)]);
  for (let times = 0; times < 10; times++) assert.equal(await stage.ask("x"), "sound");
  await stage.sendTo([target(dead.port)]);
  assert.equal(await stage.outcome(), "ECONNRESET");
  await stage.sendTo([]);
  assert.equal(await stage.outcome(), "ECONNRESET");
  const { rejectedFlows } = await stage.settled();
  assert.equal(rejectedFlows, 1);
});

test("a listener is bound again where it was, and the same port on each node", async (context) => {
  const stage = createStage(context);
  const { port } = await stage.target((socket) => socket.end("x"));
  const nodes = [
    { zone: "a", host: "127.88.1.2" },
    { zone: "b", host: "127.88.1.3" },
  ];
  const free = stage.at;
  await stage.sendTo([target(port)], {}, { port: 18_391 }, { nodes });
  assert.deepEqual(
    [free("a"), free("b")],
    [
      { host: "127.88.1.2", port: 18_391 },
      { host: "127.88.1.3", port: 18_391 },
    ],
  );
  assert.equal(await stage.ask("", "b"), "x");
  await stage.plane.removeNetwork("lb");
  await assert.rejects(once(connect(free("a")), "connect"), { code: "ECONNREFUSED" });
  await stage.sendTo([target(port)]);
  const before = stage.at("a");
  await stage.plane.removeNetwork("lb");
  await stage.configure({
    listeners: [{ ...listener, bound: { a: before } }],
    targetGroups: [],
  });
  assert.deepEqual(stage.at("a"), before);
});

test("bytes of any kind pass as they are, and no client's end disturbs another", async (context) => {
  const stage = createStage(context);
  const { port } = await stage.target((socket) => socket.pipe(socket));
  await stage.sendTo([target(port)]);
  const patient = await stage.client();
  const storm = Array.from({ length: 50 }, async (_, index) => {
    const socket = await stage.client();
    socket.write(Buffer.from(Array.from({ length: 1000 }, (_, at) => (at * index) & 0xff)));
    if (index % 3 === 0) socket.resetAndDestroy();
    else if (index % 3 === 1) socket.destroy();
    else socket.end();
  });
  await Promise.all(storm);
  const all = Buffer.from(Array.from({ length: 256 }, (_, value) => value));
  patient.write(all);
  const [echo] = (await once(patient, "data")) as [Buffer];
  assert.deepEqual(echo, all);
  assert.deepEqual(stage.errors, []);
});
