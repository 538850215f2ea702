import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createLog } from "#runtime/log.ts";
import { createSeededRandom } from "#runtime/random.ts";
import { createVirtualClock } from "#runtime/virtual-clock.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { createWorkQueue } from "./work-queue.ts";

const scope = { account: "123456789012", region: "us-east-1" };

function setUp(reconcile: Reconciler["reconcile"]) {
  const clock = createVirtualClock({
    startMs: 0,
    onError: (error) => {
      throw error;
    },
  });
  const lines: string[] = [];
  const log = createLog({ write: (line) => void lines.push(line) });
  const random = createSeededRandom(1);
  const queue = createWorkQueue({ name: "test", watches: [], reconcile }, { clock, log, random });
  return { clock, queue, lines };
}

describe("the work queue", () => {
  test("many changes before a pass are one pass", async () => {
    let passes = 0;
    const { clock, queue } = setUp(async () => void passes++);
    for (let index = 0; index < 5; index++) queue.add(scope, ["key"]);
    await clock.advance(0);
    assert.ok(passes >= 1 && passes <= 2, `${passes} passes`);
  });

  test("a key never runs twice at a time, and a change meanwhile leads to one more pass", async () => {
    let running = 0;
    let most = 0;
    let passes = 0;
    const { clock, queue } = setUp(async () => {
      most = Math.max(most, ++running);
      passes++;
      await new Promise((resolve) => setImmediate(resolve));
      running--;
    });
    queue.add(scope, ["key"]);
    await new Promise((resolve) => setImmediate(resolve));
    queue.add(scope, ["key"]);
    queue.add(scope, ["key"]);
    await clock.advance(0);
    assert.equal(most, 1);
    assert.equal(passes, 2);
  });

  test("comes back after the delay that the pass asked for", async () => {
    const times: number[] = [];
    const { clock, queue } = setUp(async () => {
      times.push(clock.now());
      return times.length < 3 ? { afterMs: 1000 } : undefined;
    });
    queue.add(scope, ["key"]);
    await clock.advance(10_000);
    assert.deepEqual(times, [0, 1000, 2000]);
  });

  test("tries again with growing delay after a failure", async () => {
    const times: number[] = [];
    const { clock, queue } = setUp(async () => {
      times.push(clock.now());
      if (times.length < 5) throw new Error("not yet");
    });
    queue.add(scope, ["key"]);
    await clock.advance(60_000);
    assert.equal(times.length, 5);
    const gaps = times.slice(1).map((time, index) => time - times[index]!);
    assert.ok(gaps[3]! > gaps[0]!, `gaps ${gaps.join(", ")}`);
  });

  test("takes nothing more once it was stopped", async () => {
    let passes = 0;
    const { clock, queue } = setUp(async () => {
      passes++;
      return { afterMs: 10 };
    });
    queue.add(scope, ["key"]);
    await clock.advance(0);
    await queue.stop();
    queue.add(scope, ["key"]);
    await clock.advance(1000);
    assert.equal(passes, 1);
  });

  test("tells of failures, but not of those that the end brings about", async () => {
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const begun: number[] = [];
    let fail = () => {};
    const { clock, queue, lines } = setUp(() => {
      begun.push(clock.now());
      return new Promise((_resolve, reject) => (fail = () => reject(new Error("not there"))));
    });
    queue.add(scope, ["key"]);
    await turn();
    fail();
    await turn();
    assert.equal(lines.length, 1);
    const passing = clock.advance(1000);
    while (begun.length < 2) await turn();
    const stopping = queue.stop();
    fail();
    await Promise.all([stopping, passing]);
    assert.equal(lines.length, 1);
  });
});
