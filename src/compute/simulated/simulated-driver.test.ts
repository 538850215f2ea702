import assert from "node:assert/strict";
import { test } from "node:test";
import { createSeededRandom } from "#runtime/random.ts";
import { createVirtualClock } from "#runtime/virtual-clock.ts";
import { describeComputeDriver } from "../driver.suite.ts";
import { machineSpec } from "../testing/machine-spec.ts";
import { createSimulatedDriver, defaultModel } from "./simulated-driver.ts";

function simulate(seed = 1) {
  const clock = createVirtualClock({
    onError: (error) => {
      throw error;
    },
  });
  return { clock, driver: createSimulatedDriver({ clock, random: createSeededRandom(seed) }) };
}

const spec = { cpus: 2, memoryBytes: 1024 ** 3 };

describeComputeDriver("simulated", {
  noPrograms: "simulated machines run no programs",
  noAdoption: "simulated machines are only in memory",
  async create() {
    const { clock, driver } = simulate();
    return {
      driver,
      pass: () => clock.advance(1000),
      burden: async (id) => driver.offer(id, 90),
      kill: async (id) => driver.fail(id),
      dispose: () => driver.close({ terminate: true }),
    };
  },
});

test("a boot takes its time, longer with user data, and less from a snapshot", async () => {
  const { clock, driver } = simulate();
  const bootMs = async (id: string, imageId: string, userData?: Uint8Array) => {
    const startMs = clock.now();
    await driver.launch(
      machineSpec(id, { ...spec, image: { id: imageId }, ...(userData && { userData }) }),
    );
    while ((await driver.observe(id)).state === "pending") await clock.advance(100);
    return clock.now() - startMs;
  };
  const plain = await bootMs("i-1", "ami-base");
  const bootstrapped = await bootMs("i-2", "ami-base", new Uint8Array(1));
  await driver.snapshot("i-2", "ami-golden");
  const golden = await bootMs("i-3", "ami-golden", new Uint8Array(1));
  assert.ok(plain >= defaultModel.bootMs * 0.8 && plain <= defaultModel.bootMs * 1.2 + 100);
  assert.ok(bootstrapped > golden);
});

test("one seed gives one history", async () => {
  const history = async (seed: number) => {
    const { clock, driver } = simulate(seed);
    await driver.launch(machineSpec("i-1", spec));
    let ticks = 0;
    while ((await driver.observe("i-1")).state === "pending" && ticks < 1000) {
      await clock.advance(37);
      ticks++;
    }
    return ticks;
  };
  assert.equal(await history(7), await history(7));
  assert.notEqual(await history(7), await history(8));
});

test("processor use follows the load that is offered", async () => {
  const { clock, driver } = simulate();
  await driver.launch(machineSpec("i-1", spec));
  await clock.advance(60_000);
  driver.offer("i-1", 100);
  const start = await driver.observe("i-1");
  await clock.advance(60_000);
  const end = await driver.observe("i-1");
  assert.equal(end.measuredMs - start.measuredMs, 60_000);
  // 100 of the 200 requests a second that two processors answer, and one hundredth of a processor idling.
  assert.ok(Math.abs(end.cpuSeconds - start.cpuSeconds - 60.6) < 1e-6);
  assert.equal(driver.load("i-1").utilisation, 0.5);
});

test("too much load queues up, is refused in the end, and drains", async () => {
  const { clock, driver } = simulate();
  await driver.launch(machineSpec("i-1", spec));
  await clock.advance(60_000);
  driver.offer("i-1", 300);
  await clock.advance(5_000);
  assert.equal(driver.load("i-1").waiting, 500);
  assert.equal(driver.load("i-1").utilisation, 1);
  const crowded = driver.load("i-1").latencyMs;
  await clock.advance(10_000);
  assert.equal(driver.load("i-1").waiting, 1000);
  assert.equal(driver.load("i-1").refused, 500);
  driver.offer("i-1", 10);
  await clock.advance(30_000);
  assert.equal(driver.load("i-1").waiting, 0);
  assert.ok(driver.load("i-1").latencyMs < crowded);
});

test("ten thousand machines boot and carry load on one timer", async () => {
  const { clock, driver } = simulate();
  for (let index = 0; index < 10_000; index++) {
    await driver.launch(machineSpec(`i-${index}`, spec));
    driver.offer(`i-${index}`, 50);
  }
  await clock.advance(3_600_000);
  const all = await driver.list();
  assert.ok(all.every(({ state }) => state === "running"));
});
