import assert from "node:assert/strict";
import { test } from "node:test";
import { createSeededRandom } from "#runtime/random.ts";
import { bandAt, trainModel } from "./model.ts";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** A Monday. */
const startMs = Date.UTC(2026, 0, 5);

function history(valueAt: (timeMs: number) => number, days = 14): [number, number][] {
  const points: [number, number][] = [];
  for (let timeMs = startMs; timeMs < startMs + days * day; timeMs += 5 * minute)
    points.push([timeMs, valueAt(timeMs)]);
  return points;
}

const options = { offsetMs: 0, percent: false };

test("a band follows the hours of the day and the weekend, and its trend", () => {
  const random = createSeededRandom(7);
  const shape = (timeMs: number) => {
    const weekend = [0, 6].includes(new Date(timeMs).getUTCDay());
    const daily = 100 * Math.sin((2 * Math.PI * (timeMs % day)) / day);
    return 500 + (timeMs - startMs) / day + (weekend ? daily / 5 : daily);
  };
  const noise = () => 10 * (random.next() + random.next() - 1);
  const model = trainModel(
    history((timeMs) => shape(timeMs) + noise()),
    options,
  )!;
  let inside = 0;
  let samples = 0;
  for (let timeMs = startMs + 14 * day; timeMs < startMs + 16 * day; timeMs += 5 * minute) {
    const { lower, upper } = bandAt(model, timeMs, 3);
    const value = shape(timeMs) + noise();
    if (value >= lower && value <= upper) inside++;
    samples++;
    assert.ok(upper - lower < 120, "the band is narrow against the daily swing of 200");
  }
  assert.ok(inside / samples > 0.97, `${inside} of ${samples} inside`);
  const midnight = bandAt(model, startMs + 14 * day + 6 * hour, 3);
  assert.ok(midnight.lower > 550, "a value of the night is abnormal in the morning");
});

test("an incident in the past does not become normal", () => {
  const incident = (timeMs: number) =>
    timeMs > startMs + 5 * day && timeMs < startMs + 5 * day + 6 * hour ? 10_000 : 50;
  const { upper } = bandAt(trainModel(history(incident), options)!, startMs + 14 * day, 2);
  assert.ok(upper < 60, String(upper));
});

test("bands stay within what the values can be", () => {
  const random = createSeededRandom(3);
  const model = trainModel(
    history(() => 100 * random.next(), 2),
    { offsetMs: 0, percent: true },
  )!;
  assert.deepEqual(bandAt(model, startMs + 2 * day, 10), { lower: 0, upper: 100 });
});

test("jobs that run every hour are expected", () => {
  const job = (timeMs: number) => (timeMs % hour < 5 * minute ? 80 : 10);
  const model = trainModel(history(job, 3), options)!;
  assert.ok(bandAt(model, startMs + 3 * day, 2).lower > 70);
  assert.ok(bandAt(model, startMs + 3 * day + 30 * minute, 2).upper < 20);
});

test("too little data gives no model", () => {
  assert.equal(
    trainModel(
      history(() => 1, 0.04),
      options,
    ),
    undefined,
  );
});
