/** Fogbank is killed at any moment of a volume's life: the next one finds devices and records in agreement. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createSeededRandom } from "#runtime/random.ts";
import { machineSpec } from "../testing/machine-spec.ts";
import { listLoopDevices } from "../volumes/loop-devices.ts";
import { createProcessHarness } from "./testing/process-harness.ts";

const machineId = "i-killed";
const spec = machineSpec(machineId);

/** Goes through a volume's life over and over until it is killed. */
const life = (dataDir: string) => `
import { createProcessDriver } from ${JSON.stringify(join(import.meta.dirname, "process-driver.ts"))};
import { createScaledClock } from "#runtime/scaled-clock.ts";
import { createLog } from "#runtime/log.ts";
const clock = createScaledClock({ onError: console.error });
const driver = await createProcessDriver({ dataDir: ${JSON.stringify(dataDir)}, clock, log: createLog({ level: "silent" }) });
const { volumes } = driver;
process.stdout.write("begins");
for (let round = 0; ; round++) {
  const id = "vol-" + round;
  await volumes.create({ id, sizeBytes: 32 * 1024 ** 2, from: round > 0 ? "snap-0" : undefined });
  await volumes.attach(${JSON.stringify(machineId)}, { volumeId: id, deviceName: "/dev/sdf" });
  const script = round > 0
    ? "mkdir -p /data && mount /dev/sdf /data && echo x > /data/more"
    : "mkfs.ext4 -q /dev/sdf && mkdir -p /data && mount /dev/sdf /data && echo kept > /data/file";
  await driver.execute(${JSON.stringify(machineId)}, ["sh", "-c", script]);
  await volumes.snapshot(id, "snap-" + round);
  await volumes.detach(${JSON.stringify(machineId)}, id, { force: true });
  if (round > 0) await volumes.deleteSnapshot("snap-" + round);
  await volumes.delete(id);
}
`;

test("whenever Fogbank is killed, the next one has no device too many and none too few", async (t) => {
  const harness = await createProcessHarness();
  const random = createSeededRandom(20);
  try {
    const lacking = await harness.driver.volumes.lacking();
    if (lacking !== undefined) return t.skip(lacking);
    await harness.driver.launch(spec);
    const volumesDir = join(await realpath(harness.dataDir), "volumes");
    for (let round = 0; round < 8; round++) {
      const fogbank = spawn(
        process.execPath,
        ["--input-type=module-typescript", "-e", life(harness.dataDir)],
        { cwd: import.meta.dirname, stdio: ["ignore", "pipe", "inherit"] },
      );
      await once(fogbank.stdout, "data");
      const deadline = performance.now() + 50 + random.next() * 700;
      while (performance.now() < deadline) await harness.pass();
      fogbank.kill("SIGKILL");
      await once(fogbank, "exit");

      await harness.recreate!();
      assert.equal((await harness.driver.observe(machineId)).state, "running");
      const { disks = [] } = await harness.record(machineId);
      const devices = (await listLoopDevices(volumesDir)).filter(({ vanishes }) => !vanishes);
      const wanted = disks.map(({ volumeId }) => join(volumesDir, `${volumeId}.img`)).toSorted();
      assert.deepEqual(devices.map(({ file }) => file).toSorted(), wanted, `round ${round}`);
      const seen = await harness.driver.execute(machineId, ["sh", "-c", "ls /dev | grep nvme"]);
      assert.deepEqual(
        seen.stdout.split("\n").filter(Boolean),
        disks.map(({ index }) => `nvme${index}n1`),
      );
      for (const { volumeId } of disks) {
        // A file system that stood still while it was captured goes on.
        const write = await harness.driver.execute(
          machineId,
          ["sh", "-c", "mountpoint -q /data || exit 0; touch /data/touched && sync -f /data"],
          { timeoutMs: 60_000 },
        );
        assert.equal(write.exitCode, 0, write.stderr);
        const { volumes } = harness.driver;
        assert.equal(await volumes.detach(machineId, volumeId, { force: true }), "detached");
        await volumes.delete(volumeId);
      }
      for (let id = 0; id < 40; id++) {
        await harness.driver.volumes.delete(`vol-${id}`);
        await harness.driver.volumes.deleteSnapshot(`snap-${id}`);
      }
    }
    await harness.driver.terminate(machineId);
    assert.deepEqual(await listLoopDevices(volumesDir), []);
  } finally {
    await harness.dispose();
  }
});
