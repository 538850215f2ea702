import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { sleep } from "./clock.ts";
import { createScaledClock } from "./scaled-clock.ts";
import { createVirtualClock } from "./virtual-clock.ts";

const fail = (error: unknown) => {
  throw error;
};

describe("the virtual clock", () => {
  test("stands still until it is advanced", async () => {
    const clock = createVirtualClock({ startMs: 1000, onError: fail });
    const seen: number[] = [];
    clock.after(500, () => void seen.push(clock.now()));
    await clock.advance(499);
    assert.deepEqual(seen, []);
    await clock.advance(1);
    assert.deepEqual(seen, [1500]);
    assert.equal(clock.now(), 1500);
  });

  test("runs due work in the order of its time, then of its setting", async () => {
    const clock = createVirtualClock({ startMs: 0, onError: fail });
    const seen: string[] = [];
    for (const [name, delay] of [
      ["c", 30],
      ["a", 10],
      ["b", 20],
      ["a2", 10],
    ] as const)
      clock.after(delay, () => void seen.push(`${name}@${clock.now()}`));
    await clock.advance(100);
    assert.deepEqual(seen, ["a@10", "a2@10", "b@20", "c@30"]);
  });

  test("waits for tracked work, and for what that work starts, before it moves on", async () => {
    const clock = createVirtualClock({ startMs: 0, onError: fail });
    const seen: number[] = [];
    clock.after(10, async () => {
      await new Promise((resolve) => setImmediate(resolve));
      void clock.track(
        new Promise<void>((resolve) => setImmediate(resolve)).then(
          () => void seen.push(clock.now()),
        ),
      );
    });
    clock.after(20, () => void seen.push(clock.now()));
    await clock.advance(20);
    assert.deepEqual(seen, [10, 20]);
  });

  test("work that sets a timer within the span sees it fire", async () => {
    const clock = createVirtualClock({ startMs: 0, onError: fail });
    let ticks = 0;
    const tick = () => {
      ticks++;
      clock.after(10, tick);
    };
    clock.after(10, tick);
    await clock.advance(100);
    assert.equal(ticks, 10);
  });

  test("a cancelled timer stays silent", async () => {
    const clock = createVirtualClock({ startMs: 0, onError: fail });
    const timer = clock.after(10, () => assert.fail("fired"));
    timer.cancel();
    await clock.advance(20);
  });

  test("what a task throws reaches onError, and time goes on", async () => {
    const errors: unknown[] = [];
    const clock = createVirtualClock({ startMs: 0, onError: (error) => errors.push(error) });
    clock.after(10, () => Promise.reject(new Error("later")));
    clock.after(10, () => {
      throw new Error("now");
    });
    await clock.advance(20);
    assert.deepEqual(errors.map(String).toSorted(), ["Error: later", "Error: now"]);
    assert.equal(clock.now(), 20);
  });

  test("a sleeper wakes, or is told why it does not sleep on", async () => {
    const clock = createVirtualClock({ startMs: 0, onError: fail });
    const woken = sleep(clock, 50);
    const stop = new AbortController();
    const stopped = sleep(clock, 100, stop.signal);
    await clock.advance(60);
    await woken;
    stop.abort(new Error("enough"));
    await assert.rejects(stopped, { message: "enough" });
  });
});

describe("looks that rest while a virtual clock moves", () => {
  const hourMs = 3_600_000;
  /** A look each ten seconds, which rests; the times of those that were made. */
  function look(freshMs?: number) {
    const clock = createVirtualClock({
      startMs: 0,
      onError: fail,
      ...(freshMs !== undefined && { freshMs }),
    });
    const seen: number[] = [];
    const again = () => {
      const { stirs } = clock;
      seen.push(clock.now());
      timer = clock.rest(10_000, stirs, again);
    };
    let timer = clock.after(10_000, again);
    return { clock, seen, cancel: () => timer.cancel() };
  }

  test("are made first and last, when they would have been", async () => {
    const { clock, seen } = look(hourMs);
    await clock.advance(hourMs + 5_000);
    assert.deepEqual(seen, [10_000, hourMs]);
    await clock.advance(5_000);
    assert.deepEqual(seen, [10_000, hourMs, hourMs + 10_000]);
    await clock.advance(90 * 24 * hourMs);
    assert.deepEqual(seen.slice(3), [hourMs + 20_000, 90 * 24 * hourMs + hourMs + 10_000]);
  });

  test("are due again when something stirs, at their next time", async () => {
    const { clock, seen } = look(hourMs);
    clock.after(25_000, () => clock.stir());
    clock.after(50_000, () => clock.stir());
    await clock.advance(100_000);
    assert.deepEqual(seen, [10_000, 30_000, 50_000, 100_000]);
  });

  test("rest for nothing that stirred while they were made", async () => {
    const { clock, seen } = look(hourMs);
    clock.after(10_000, () => clock.stir());
    clock.after(10_001, () => clock.stir());
    await clock.advance(60_000);
    assert.deepEqual(seen, [10_000, 20_000, 60_000]);
  });

  test("are all made where what they saw is no longer fresh", async () => {
    const { clock, seen } = look(-1);
    let turns = 0;
    const turn = () => {
      turns++;
      clock.after(10_000, turn);
    };
    clock.after(5_000, turn);
    await clock.advance(60_000);
    assert.deepEqual(seen, [10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
    assert.equal(turns, 6);
  });

  test("stay away when they are cancelled, and leave nothing behind", async () => {
    const { clock, seen, cancel } = look(hourMs);
    clock.after(20_000, () => {
      cancel();
      clock.stir();
    });
    await clock.advance(hourMs);
    assert.deepEqual(seen, [10_000]);
  });
});

describe("the scaled clock", () => {
  test("runs so many times as fast as the wall", async () => {
    const clock = createScaledClock({ speed: 1000, onError: fail });
    const start = clock.now();
    await new Promise<void>((resolve) => clock.after(20_000, resolve));
    assert.ok(clock.now() - start >= 20_000);
    clock.stop();
  });

  test("a jump lets what it passes over fire in order", async () => {
    const clock = createScaledClock({ onError: fail });
    const seen: string[] = [];
    const later = new Promise<void>((resolve) => {
      clock.after(7_200_000, () => {
        seen.push("two hours");
        resolve();
      });
    });
    clock.after(3_600_000, () => void seen.push("an hour"));
    await clock.advance(10_800_000);
    await later;
    assert.deepEqual(seen, ["an hour", "two hours"]);
    clock.stop();
  });

  test("never starts before the time it had come to", () => {
    const tomorrow = Date.now() + 86_400_000;
    const clock = createScaledClock({ notBeforeMs: tomorrow, onError: fail });
    assert.ok(clock.now() >= tomorrow);
    clock.stop();
  });
});

test("time goes neither back nor beyond four digits of a year", async () => {
  const clocks = [createVirtualClock({ onError: fail }), createScaledClock({ onError: fail })];
  for (const clock of clocks) {
    const before = clock.now();
    const advance = async (durationMs: number) => clock.advance(durationMs);
    for (const durationMs of [-1, Number.NaN, 300_000_000_000_000, Number.POSITIVE_INFINITY])
      await assert.rejects(advance(durationMs), RangeError, String(durationMs));
    assert.ok(clock.now() - before < 60_000);
    clock.stop();
  }
});
