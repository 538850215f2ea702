import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test, type TestContext } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import type { MachineSpec } from "../driver.ts";
import { machineSpec } from "../testing/machine-spec.ts";
import { createProcessHarness, type ProcessHarness } from "./testing/process-harness.ts";

const mebibyte = 1024 ** 2;

describe("an instance type's CPU and memory", () => {
  let harness: ProcessHarness;
  before(async () => {
    harness = await createProcessHarness("root");
  });
  after(() => harness.dispose());

  const launch = async (
    t: TestContext,
    held: "cpu" | "memory",
    given: Partial<MachineSpec> & { id: string },
  ) => {
    await harness.driver.launch(machineSpec(given.id, given));
    if ((await harness.record(given.id)).groups?.[held] !== undefined) return true;
    t.skip(`this host gives Fogbank no control group for ${held}`);
    return false;
  };
  /** Processors that a machine with two busy loops uses, over some seconds: readings of a busy host are late. */
  const usedUnderBurden = async (id: string) => {
    await harness.burden(id);
    await harness.burden(id);
    const start = await harness.driver.observe(id);
    let end = start;
    while (end.measuredMs < start.measuredMs + 4000 || end.cpuSeconds < start.cpuSeconds + 0.5) {
      await harness.pass();
      end = await harness.driver.observe(id);
    }
    return ((end.cpuSeconds - start.cpuSeconds) * 1000) / (end.measuredMs - start.measuredMs);
  };
  /** What the kernel allows the machine, in processors. */
  const quotaOf = async (id: string) => {
    const group = (await harness.record(id)).groups!.cpu!;
    const read = (file: string) => readFileSync(join(group, file), "utf8");
    const [quota, period] = existsSync(join(group, "cpu.max"))
      ? read("cpu.max").split(" ")
      : [read("cpu.cfs_quota_us"), read("cpu.cfs_period_us")];
    return Number(quota) / Number(period);
  };

  test("half a processor is what a busy machine gets, and more after its type changed", async (t) => {
    if (!(await launch(t, "cpu", { id: "i-busy", cpus: 0.5 }))) return;
    const half = await usedUnderBurden("i-busy");
    assert.ok(half < 0.7, `used ${half} processors of 0.5`);
    const first = await quotaOf("i-busy");
    assert.ok(first === 0.5 || first < 0, `${first} processors`);
    await harness.driver.stop("i-busy", { force: true });
    await harness.driver.start("i-busy", { cpus: 1.5 });
    const more = await usedUnderBurden("i-busy");
    // How much of it a machine gets depends on what else this host does.
    assert.ok(more < 1.8, `used ${more} processors of 1.5`);
    // Where Fogbank itself may not have so much, the kernel takes no limit beyond that.
    const quota = await quotaOf("i-busy");
    assert.ok(quota === 1.5 || quota < 0, `${quota} processors`);
    await harness.driver.terminate("i-busy");
  });

  test("a process that wants more memory than there is is killed, the machine lives on, the console tells", async (t) => {
    const id = "i-hungry";
    if (!(await launch(t, "memory", { id, memoryBytes: 128 * mebibyte }))) return;
    // 200 MiB in a machine of 128, then, after a change of its type, in one of 512.
    const eat = () =>
      harness.driver.execute(id, [
        "node",
        "-e",
        "const held = Buffer.alloc(200 * 1024 * 1024, 1); console.log(held.length)",
      ]);
    assert.equal((await eat()).exitCode, 137);
    await eventually("the console tells", async () =>
      /out of memory: Killed 1 process, limit 131072kB/.test(await harness.driver.console(id)),
    );
    assert.equal((await harness.driver.observe(id)).state, "running");
    await harness.driver.stop(id, { force: true });
    await harness.driver.start(id, { memoryBytes: 512 * mebibyte });
    assert.equal((await eat()).stdout, `${200 * mebibyte}\n`);
  });

  test("memory in use is what the machine's processes hold, without files that can be read again", async (t) => {
    const id = "i-measured";
    if (!(await launch(t, "memory", { id }))) return;
    const before = (await harness.driver.observe(id)).memoryBytes;
    await harness.driver.execute(id, ["sh", "-c", "dd if=/dev/zero of=/opt/file bs=1M count=60"]);
    const hold =
      "globalThis.held = Buffer.alloc(100 * 1024 * 1024, 1); console.log('held'); setInterval(() => {}, 1000)";
    await harness.driver.execute(id, ["sh", "-c", `node -e "${hold}" > /opt/held &`]);
    await eventually("the memory is held", async () => {
      const { stdout } = await harness.driver.execute(id, ["cat", "/opt/held"]);
      return stdout === "held\n";
    });
    const grown = (await harness.driver.observe(id)).memoryBytes - before;
    assert.ok(grown > 90 * mebibyte && grown < 250 * mebibyte, `grew by ${grown} bytes`);
  });
});
