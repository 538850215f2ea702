import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:dgram";
import { test } from "node:test";
import { createHeldWall, createStage, pause, target } from "./testing/stage.ts";

async function ask(client: Socket, text: string): Promise<string> {
  const answered = once(client, "message");
  client.send(text);
  const [message] = (await answered) as [Buffer];
  return String(message);
}

test("datagrams are answered, each client by one target, and flows end in silence", async (context) => {
  const { clock, wall } = createHeldWall(context);
  const stage = createStage(context, wall);
  const ports = await Promise.all(
    ["x", "y"].map((name) => stage.datagramTarget((text) => `${name} ${text}`)),
  );
  await stage.sendTo(
    ports.map((port) => target(port)),
    {},
    { protocol: "UDP", datagramTimeoutMs: 200 },
  );
  const names = new Set<string>();
  let flows = 0;
  for (; flows < 12 || names.size < 2; flows++) {
    const client = await stage.datagramClient();
    const first = await ask(client, "1");
    assert.equal((await ask(client, "2"))[0], first[0]);
    names.add(first[0]!);
  }
  assert.deepEqual([...names].sort(), ["x", "y"]);
  const counts = await stage.counts("UDP");
  assert.deepEqual([counts.newFlows, counts.activeFlows], [flows, flows]);
  assert.deepEqual([counts.processedPackets, counts.processedBytes], [flows * 4, flows * 8]);
  assert.ok(counts.peakPackets! > 0);
  await clock.advance(400);
  assert.equal((await stage.counts("UDP")).activeFlows, undefined);
});

test("a listener for both has one port for connections and datagrams", async (context) => {
  const stage = createStage(context);
  const { port } = await stage.target((socket) => socket.end("stream"));
  const { createSocket } = await import("node:dgram");
  const twin = createSocket("udp4");
  twin.bind(port, "127.0.0.1");
  await once(twin, "listening");
  context.after(() => twin.close());
  twin.on("message", (_message, from) => twin.send("datagram", from.port, from.address));
  await stage.sendTo([target(port)], {}, { protocol: "TCP_UDP" });
  assert.equal(await stage.ask(""), "stream");
  assert.equal(await ask(await stage.datagramClient(), "x"), "datagram");
});

test("datagrams for nobody are dropped; a target without a listener harms nobody", async (context) => {
  const stage = createStage(context);
  await stage.sendTo([], {}, { protocol: "UDP" });
  const client = await stage.datagramClient();
  client.on("error", () => {});
  client.send("x");
  while ((await stage.counts("UDP")).rejectedFlows !== 1) await pause(1);
  await stage.sendTo([target(1)], {}, { protocol: "UDP" });
  let newFlows = 0;
  for (const [index, text] of ["x", "y"].entries()) {
    client.send(text);
    for (let packets = 0; packets === 0; await pause(1)) {
      const counts = await stage.counts("UDP");
      newFlows += counts.newFlows ?? 0;
      packets = counts.processedPackets ?? 0;
    }
    assert.equal(newFlows, 1, `of ${index + 1} packets`);
  }
  assert.deepEqual(stage.errors, []);
});

test("flows follow a machine that came back elsewhere, and wait for one that is only away", async (context) => {
  const stage = createStage(context);
  const [before, after] = await Promise.all(
    ["before", "after"].map((name) => stage.datagramTarget((text) => `${name} ${text}`)),
  );
  const at = (reach: { host: string; port: number } | undefined) =>
    stage.sendTo([{ ...target(before!), reach }], {}, { protocol: "UDP" });
  const host = "127.0.0.1";
  await at({ host, port: before! });
  const client = await stage.datagramClient();
  assert.equal(await ask(client, "1"), "before 1");
  await at(undefined);
  await at({ host, port: before! });
  assert.equal(await ask(client, "2"), "before 2");
  assert.equal((await stage.counts("UDP")).newFlows, 1);
  await at(undefined);
  await at({ host, port: after! });
  assert.equal(await ask(client, "3"), "after 3");
  assert.equal((await stage.counts("UDP")).newFlows, 1);
});
