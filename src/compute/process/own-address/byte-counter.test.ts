import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import { createWall } from "#runtime/wall.ts";
import { machineSpec } from "../../testing/machine-spec.ts";
import { createProcessHarness } from "../testing/process-harness.ts";
import { createByteMeter } from "./byte-counter.ts";

test("bytes that a machine's servers receive and send are counted, over all its boots", async (t) => {
  const harness = await createProcessHarness("root");
  t.after(() => harness.dispose());
  const { driver } = harness;
  const id = "i-bytes";
  const program = `
require("node:http").createServer((request, reply) => {
  request.resume().on("end", () => reply.end(Buffer.alloc(2000000)));
}).listen(8091)`;
  await driver.launch(
    machineSpec(id, { userData: Buffer.from(`#!/bin/sh\nnode -e '${program}' &\n`) }),
  );
  if ((await harness.record(id)).networkMap === undefined)
    return t.skip("this host does not let Fogbank count");
  const reach = await driver.reach(id, 8091);
  assert.ok(reach && "host" in reach);
  const ask = () =>
    fetch(`http://${reach.host}:8091/`, { method: "POST", body: Buffer.alloc(1_000_000) }).then(
      (reply) => reply.arrayBuffer(),
      () => undefined,
    );
  const answer = await eventually("an answer", ask);
  assert.equal(answer.byteLength, 2_000_000);
  const seen = await driver.observe(id);
  assert.ok(seen.networkInBytes! > 1_000_000 && seen.networkInBytes! < 1_200_000);
  assert.ok(seen.networkOutBytes! > 2_000_000 && seen.networkOutBytes! < 2_400_000);

  await driver.stop(id);
  const stopped = await driver.observe(id);
  assert.ok(stopped.networkInBytes! >= seen.networkInBytes!);
  await driver.start(id);
  const started = await driver.observe(id);
  assert.ok(started.networkOutBytes! >= stopped.networkOutBytes!);
});

test("one reading serves all machines for a second; a machine that ends is read anew", async () => {
  let nowMs = 0;
  const wall = { ...createWall(assert.ifError), monotonic: () => nowMs };
  const asked: number[][] = [];
  const meter = createByteMeter(wall, async (maps) => {
    asked.push([...maps]);
    return new Map(maps.map((map) => [map, { inBytes: map, outBytes: asked.length }]));
  });
  assert.deepEqual(await meter.read(1), { inBytes: 1, outBytes: 1 });
  await meter.read(2);
  await Promise.all([meter.read(1), meter.read(2)]);
  assert.deepEqual(asked, [[1], [1, 2]]);
  nowMs += 901;
  await Promise.all([meter.read(1), meter.read(2)]);
  assert.deepEqual(asked.slice(2), [[1, 2]]);
  assert.deepEqual(await meter.readLast(1), { inBytes: 1, outBytes: 4 });
  nowMs += 901;
  await meter.read(2);
  assert.deepEqual(asked.slice(3), [[1], [2]]);
});
