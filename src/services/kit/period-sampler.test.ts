import assert from "node:assert/strict";
import { test } from "node:test";
import { createLog } from "#runtime/log.ts";
import { createScaledClock } from "#runtime/scaled-clock.ts";
import { createVirtualClock } from "#runtime/virtual-clock.ts";
import { CloudEndingError } from "./cloud-ending.ts";
import { startSampler, startSpooler } from "./period-sampler.ts";

const fails = (error: unknown) => assert.fail(String(error));

test("a period's measurement that fails is logged, and the next one comes", async () => {
  const lines: string[] = [];
  const log = createLog({ level: "error", write: (line) => void lines.push(line) });
  const clock = createVirtualClock({ startMs: 30_000, onError: fails });
  const starts: number[] = [];
  const sampler = startSampler({ clock, log }, { periodMs: 60_000, what: "things" }, async (at) => {
    starts.push(at);
    if (at === 0) throw new Error("no");
  });
  await clock.advance(120_000);
  assert.deepEqual(starts, [0, 60_000]);
  assert.equal(lines.length, 1);
  await sampler.stop();
  await clock.advance(120_000);
  assert.deepEqual(starts, [0, 60_000]);
});

test("what fails because the cloud ends is no failure", async () => {
  const lines: string[] = [];
  const log = createLog({ level: "info", write: (line) => void lines.push(line) });
  const clock = createVirtualClock({ startMs: 0, onError: fails });
  const sampler = startSampler({ clock, log }, { periodMs: 1000, what: "things" }, async () => {
    throw new CloudEndingError();
  });
  await clock.advance(1000);
  await sampler.stop();
  assert.deepEqual(lines, []);
});

test("after a jump a period is measured at its place, and at the last one's where CloudWatch takes no more", async () => {
  const day = 86_400_000;
  const clock = createScaledClock({ onError: fails });
  const ages: number[] = [];
  let came = Promise.withResolvers<void>();
  const log = createLog({ level: "silent" });
  const sampler = startSampler({ clock, log }, { periodMs: day, what: "things" }, async (at) => {
    ages.push(Math.floor((clock.now() - at) / day));
    came.resolve();
  });
  for (const days of [10, 300]) {
    came = Promise.withResolvers();
    await clock.advance(days * day);
    await came.promise;
  }
  assert.deepEqual(ages, [10, 1]);
  await sampler.stop();
  clock.stop();
});

const starters = {
  sampler: (env: Parameters<typeof startSampler>[0], work: () => Promise<void>) =>
    startSampler(env, { periodMs: 5, what: "things" }, work),
  spooler: (env: Parameters<typeof startSpooler>[0], work: () => Promise<void>) =>
    startSpooler(env, { everyMs: 5, what: "things" }, work),
};

for (const [name, start] of Object.entries(starters))
  test(`the end of a ${name} is waited for, and nothing begins behind it`, async () => {
    const clock = createScaledClock({ onError: fails });
    const begun = Promise.withResolvers<void>();
    const may = Promise.withResolvers<void>();
    let ended = 0;
    let isStopped = false;
    const running = start({ clock, log: createLog({ level: "silent" }) }, async () => {
      assert.ok(!isStopped);
      begun.resolve();
      await may.promise;
      ended++;
    });
    await begun.promise;
    const stopping = running.stop().then(() => (isStopped = true));
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(isStopped, false);
    may.resolve();
    await stopping;
    assert.ok(ended > 0);
    await new Promise<void>((resolve) => clock.wall.after(20, () => resolve()));
    clock.stop();
  });
