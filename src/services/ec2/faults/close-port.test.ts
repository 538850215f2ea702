import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import { ImpossibleImpairment } from "#compute/driver.ts";
import {
  createProcessHarness,
  type ProcessHarness,
} from "#compute/process/testing/process-harness.ts";
import { machineSpec } from "#compute/testing/machine-spec.ts";
import { closePort } from "./close-port.ts";

const port = 8473;
const program = `require("node:http").createServer((q, s) => s.end("here")).listen(${port}, process.env.HOST)`;
const userData = `#!/bin/sh
nohup node -e '${program}' >/dev/null 2>&1 &
`;

/** Whether something listens there. */
async function listens({ driver }: ProcessHarness, id: string): Promise<boolean> {
  const reach = await driver.reach(id, port);
  if (!reach || !("host" in reach)) return false;
  return new Promise((resolve) => {
    const socket = connect(reach);
    socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

for (const level of ["root", "directory"] as const)
  test(`of machines with their own ${level} only the one that is meant loses its program`, async (t) => {
    const harness = await createProcessHarness(level);
    t.after(() => harness.dispose());
    for (const id of ["i-one", "i-two"])
      await harness.driver.launch(machineSpec(id, { userData: Buffer.from(userData) }));
    if ((await harness.record("i-one")).isolation !== level)
      return t.skip("this host does not let us");
    for (const id of ["i-one", "i-two"])
      await eventually(`${id} listens`, () => listens(harness, id));
    await closePort(harness.driver, "i-one", port);
    await eventually("i-one listens no more", async () => !(await listens(harness, "i-one")));
    assert.equal(await listens(harness, "i-two"), true);
    await assert.rejects(closePort(harness.driver, "i-one", port), (error) => {
      assert(error instanceof ImpossibleImpairment);
      assert.equal(error.message, `nothing listens on port ${port} of i-one`);
      return true;
    });
  });
