import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tracking } from "../records.ts";
import { steppedCapacity, trackedCapacity, type Reading } from "./decide.ts";

const reading = (given: Partial<Omit<Reading, "tracking">> & { tracking?: Partial<Tracking> }) => ({
  value: undefined,
  high: false,
  low: false,
  utilization: false,
  defaultCooldownSeconds: 300,
  ...given,
  tracking: {
    targetValue: 50,
    disableScaleIn: false,
    alarms: { high: "high" },
    createdBy: "x",
    ...given.tracking,
  },
});
const at = (current: number, last?: { direction: "out" | "in"; atMs: number; from: number }) => ({
  current,
  nowMs: 1_000_000,
  last,
});

test("the guide's step cooldown: 2 added, then a step of 3 within the cooldown adds 1", () => {
  const stepping = {
    adjustmentType: "ChangeInCapacity" as const,
    aggregation: "Average",
    cooldownSeconds: 300,
    steps: [
      { lower: 0, upper: 10, adjustment: 2 },
      { lower: 10, adjustment: 3 },
    ],
  };
  const run = (metricValue: number, situation: ReturnType<typeof at>) =>
    steppedCapacity(
      stepping,
      { metricValue, threshold: 50, defaultCooldownSeconds: 300 },
      situation,
    );
  assert.equal(run(55, at(10)), 12);
  const after = { direction: "out" as const, atMs: 900_000, from: 10 };
  assert.equal(run(55, at(12, after)), 12);
  assert.equal(run(65, at(12, after)), 13);
  assert.equal(run(65, at(12, { ...after, atMs: 600_000 })), 15);
});

test("a utilization asks for the consumption over the target, whatever there is", () => {
  const of = (value: number) => [reading({ value, high: true, utilization: true })];
  assert.equal(trackedCapacity(of(10), at(5)), 20);
  assert.equal(trackedCapacity(of(10.1), at(5)), 21);
});

test("other metrics are shared by the units there are", () => {
  assert.equal(trackedCapacity([reading({ value: 75, high: true })], at(4)), 6);
});

test("the largest scale-out wins; to scale in all have to agree", () => {
  const both = (a: Partial<Reading>, b: Partial<Reading>) =>
    trackedCapacity([reading(a), reading(b)], at(10));
  assert.equal(both({ high: true, value: 75 }, { high: true, value: 100 }), 20);
  assert.equal(both({ high: true, value: 75 }, { low: true, value: 5 }), 15);
  assert.equal(both({ low: true, value: 10 }, { value: 48 }), 10);
  assert.equal(both({ low: true, value: 10 }, { low: true, value: 25 }), 5);
});

test("a policy that does not scale in has no say in it", () => {
  const readings = [
    reading({ low: true, value: 25 }),
    reading({ value: 49, tracking: { disableScaleIn: true } }),
  ];
  assert.equal(trackedCapacity(readings, at(10)), 5);
});

test("during a scale-out cooldown what was added counts; a scale-in cooldown blocks scaling in only", () => {
  const out = { direction: "out" as const, atMs: 900_000, from: 10 };
  assert.equal(trackedCapacity([reading({ high: true, value: 75 })], at(15, out)), 15);
  assert.equal(trackedCapacity([reading({ high: true, value: 100 })], at(15, out)), 20);
  const into = { direction: "in" as const, atMs: 900_000, from: 20 };
  assert.equal(trackedCapacity([reading({ low: true, value: 10 })], at(10, into)), 10);
  assert.equal(trackedCapacity([reading({ high: true, value: 100 })], at(10, into)), 20);
});
