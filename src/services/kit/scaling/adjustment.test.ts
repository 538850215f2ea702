import assert from "node:assert/strict";
import { test } from "node:test";
import { adjustedCapacity, stepFor, stepProblem, trackedCapacity } from "./adjustment.ts";

test("the guide's adjustment types", () => {
  assert.equal(adjustedCapacity(3, "ChangeInCapacity", 5), 8);
  assert.equal(adjustedCapacity(3, "ExactCapacity", 5), 5);
  assert.equal(adjustedCapacity(10, "PercentChangeInCapacity", 10), 11);
});

test("the guide's rounding of percentages", () => {
  // 12.7 → 12, -6.67 → -6, 0.67 → 1, -0.58 → -1
  assert.equal(adjustedCapacity(100, "PercentChangeInCapacity", 12.7), 112);
  assert.equal(adjustedCapacity(100, "PercentChangeInCapacity", -6.67), 94);
  assert.equal(adjustedCapacity(1, "PercentChangeInCapacity", 67), 2);
  assert.equal(adjustedCapacity(1, "PercentChangeInCapacity", -58), 0);
});

test("the guide's minimum magnitude: 25 percent of 4 with at least 2 adds 2", () => {
  assert.equal(adjustedCapacity(4, "PercentChangeInCapacity", 25, 2), 6);
});

test("the guide's step adjustments around a breach threshold of 50", () => {
  const out = [
    { lower: 0, upper: 10, adjustment: 0 },
    { lower: 10, upper: 20, adjustment: 10 },
    { lower: 20, adjustment: 30 },
  ];
  const scaleOut = (metric: number) =>
    adjustedCapacity(10, "PercentChangeInCapacity", stepFor(out, metric, 50)!.adjustment);
  assert.deepEqual([50, 59, 60, 69.9, 70, 95].map(scaleOut), [10, 10, 11, 11, 13, 13]);
  const into = [
    { lower: -10, upper: 0, adjustment: 0 },
    { lower: -20, upper: -10, adjustment: -10 },
    { upper: -20, adjustment: -30 },
  ];
  const scaleIn = (metric: number) =>
    adjustedCapacity(10, "PercentChangeInCapacity", stepFor(into, metric, 50)!.adjustment);
  assert.deepEqual([50, 41, 40, 30.1, 30, 5].map(scaleIn), [10, 10, 9, 9, 7, 7]);
});

test("steps may neither overlap nor leave gaps", () => {
  assert.equal(
    stepProblem([
      { lower: 0, upper: 10, adjustment: 1 },
      { lower: 10, adjustment: 2 },
    ]),
    undefined,
  );
  assert.match(
    stepProblem([
      { lower: 0, upper: 10, adjustment: 1 },
      { lower: 5, adjustment: 2 },
    ])!,
    /overlap/,
  );
  assert.match(
    stepProblem([
      { lower: 0, upper: 10, adjustment: 1 },
      { lower: 12, adjustment: 2 },
    ])!,
    /gap/,
  );
  assert.match(stepProblem([{ lower: 0, upper: 10, adjustment: 1 }])!, /null upper bound/);
});

test("target tracking keeps capacity in proportion to the metric", () => {
  const to = (warm: number, metricValue: number, targetValue: number) =>
    trackedCapacity({ warm, desired: warm, metricValue, targetValue });
  assert.equal(to(1, 97, 50), 2);
  assert.equal(to(10, 60, 50), 12);
  // The guide: three instances at 60 of 50 percent need four, for 3.6 would leave the target.
  assert.equal(to(3, 60, 50), 4);
  assert.equal(to(4, 12.5, 50), 1);
  assert.equal(to(3, 0.1 + 0.2, 0.3), 3);
});
