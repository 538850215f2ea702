import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { ImpossibleImpairment } from "#compute/driver.ts";
import {
  createProcessHarness,
  type ProcessHarness,
} from "#compute/process/testing/process-harness.ts";
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

async function until(harness: ProcessHarness, holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 2000; tries++) {
    if (await holds()) return;
    await harness.pass();
  }
  assert.fail("waited in vain");
}

for (const level of ["root", "directory"] as const)
  test(`of machines with their own ${level} only the one that is meant loses its program`, async (t) => {
    const harness = await createProcessHarness(level);
    t.after(() => harness.dispose());
    for (const id of ["i-one", "i-two"])
      await harness.driver.launch({
        id,
        image: { id: "ami-base" },
        userData: Buffer.from(userData),
        environment: {},
        cpus: 1,
        memoryBytes: 512 * 1024 ** 2,
        hostname: "ip-10-0-0-9.ec2.internal",
        privateIp: "10.0.0.9",
        labels: {},
      });
    if ((await harness.record("i-one")).isolation !== level)
      return t.skip("this host does not let us");
    for (const id of ["i-one", "i-two"]) await until(harness, () => listens(harness, id));
    await closePort(harness.driver, "i-one", port);
    await until(harness, async () => !(await listens(harness, "i-one")));
    assert.equal(await listens(harness, "i-two"), true);
    await assert.rejects(closePort(harness.driver, "i-one", port), (error) => {
      assert(error instanceof ImpossibleImpairment);
      assert.equal(error.message, `nothing listens on port ${port} of i-one`);
      return true;
    });
  });
