import assert from "node:assert/strict";
import { test } from "node:test";
import { createVirtualClock } from "#runtime/virtual-clock.ts";
import type { Wall } from "#runtime/clock.ts";
import { giveBackMemoryWhenIdle } from "./idle-memory.ts";

/** A wall whose time is told to pass. */
function stage() {
  const clock = createVirtualClock({ onError: (error) => assert.fail(String(error)) });
  const wall: Wall = {
    now: () => clock.now(),
    monotonic: () => clock.now(),
    after: (delayMs, task) => clock.after(delayMs, task),
  };
  const work = { requests: 0, services: 1 };
  const collections: number[] = [];
  const given = giveBackMemoryWhenIdle(
    wall,
    () => work,
    () => collections.push(work.requests),
  );
  const look = (change: Partial<typeof work> = {}) => {
    Object.assign(work, change);
    return clock.advance(3000);
  };
  return { collections, given, look };
}

test("memory is given back once after a start, not again while nothing happens", async () => {
  const { collections, look } = stage();
  await look();
  await look();
  await look({ requests: 5 });
  assert.deepEqual(collections, [0]);
});

test("it waits for the end of a busy time", async () => {
  const { collections, look } = stage();
  await look();
  await look({ requests: 600 });
  await look({ requests: 1200 });
  assert.deepEqual(collections, [0]);
  await look({ requests: 1205 });
  assert.deepEqual(collections, [0, 1205]);
  await look({ requests: 1209 });
  assert.deepEqual(collections, [0, 1205]);
});

test("a service's first use leaves behind enough to collect", async () => {
  const { collections, given, look } = stage();
  await look();
  await look({ services: 2, requests: 1 });
  assert.deepEqual(collections, [0, 1]);
  given.stop();
  await look({ services: 3 });
  assert.deepEqual(collections, [0, 1]);
});

test("the collection that a start really makes can be made", () => {
  const tasks: (() => void | Promise<void>)[] = [];
  const wall: Wall = {
    now: () => 0,
    monotonic: () => 0,
    after: (_delayMs, task) => {
      tasks.push(task);
      return { cancel() {} };
    },
  };
  giveBackMemoryWhenIdle(wall, () => ({ requests: 0, services: 1 }));
  let left: Uint8Array[] | undefined = Array.from({ length: 100 }, () => new Uint8Array(1 << 20));
  const before = process.memoryUsage().arrayBuffers;
  assert.equal(left.length, 100);
  left = undefined;
  void tasks[0]!();
  assert.ok(process.memoryUsage().arrayBuffers < before - 50 * 2 ** 20);
});
