import assert from "node:assert/strict";
import { createConnection } from "node:net";
import { once } from "node:events";
import { test } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import { ImpossibleImpairment } from "../../driver.ts";
import { machineSpec } from "../../testing/machine-spec.ts";
import { createProcessHarness } from "../testing/process-harness.ts";

/** There is an echo before, however slow this host is. */
const patienceMs = 25_000;

test("a machine loses packets in both directions until it is let go, and only that machine", async (t) => {
  const harness = await createProcessHarness("root");
  t.after(() => harness.dispose());
  const { driver } = harness;
  const program = `require("node:net").createServer((socket) => socket.pipe(socket)).listen(8092)`;
  const launch = (id: string) =>
    driver.launch(
      machineSpec(id, { userData: Buffer.from(`#!/bin/sh\nnode -e '${program}' &\n`) }),
    );
  await launch("i-lossy");
  await launch("i-whole");
  if ((await harness.record("i-lossy")).networkMap === undefined)
    return t.skip("this host does not let Fogbank count, nor lose");
  /** Whether a line comes back within the time, in milliseconds. */
  const echoes = async (id: string, withinMs: number) => {
    const reach = await driver.reach(id, 8092);
    assert.ok(reach && "host" in reach);
    const socket = createConnection(reach);
    const signal = AbortSignal.timeout(withinMs);
    try {
      await once(socket, "connect", { signal });
      socket.write("line");
      await once(socket, "data", { signal });
      return true;
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  };
  for (const id of ["i-lossy", "i-whole"])
    await eventually(`the server of ${id} comes up`, () => echoes(id, patienceMs));
  await driver.impair("i-lossy", { packetLoss: 1 });
  assert.equal(await echoes("i-lossy", 700), false);
  assert.equal(await echoes("i-whole", patienceMs), true);
  // Lost packets are sent again by the kernel: with a third of them gone, all comes, but late.
  await driver.impair("i-lossy", { packetLoss: 0.3 });
  await eventually("a line comes back", () => echoes("i-lossy", patienceMs));
  await assert.rejects(
    driver.impair("i-lossy", { packetDelayMs: 100 }),
    (error) => error instanceof ImpossibleImpairment,
  );
  // The next Fogbank takes back what this one did.
  await driver.impair("i-lossy", { packetLoss: 1 });
  await harness.recreate!();
  assert.equal(await echoes("i-lossy", 700), false);
  await harness.driver.impair("i-lossy", {});
  assert.equal(await echoes("i-lossy", patienceMs), true);
  const { networkInBytes = 0 } = await harness.driver.observe("i-lossy");
  assert.ok(networkInBytes > 0, "bytes are counted on");
});
