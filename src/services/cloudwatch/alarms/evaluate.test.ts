import assert from "node:assert/strict";
import { test } from "node:test";
import { evaluate, evaluationRange, type EvaluationRule } from "./evaluate.ts";
import type { TreatMissingData } from "../records.ts";

const treatments: TreatMissingData[] = ["missing", "ignore", "breaching", "notBreaching"];

/** Reads the guide's notation: the newest datapoint on the right. */
function rangeOf(text: string) {
  return text
    .split(" ")
    .reverse()
    .map((mark, index) =>
      mark === "-" ? undefined : { timeMs: -index * 300_000, value: mark === "X" ? 1 : 0 },
    );
}

function states(text: string, m: number, n = 3): string[] {
  return treatments.map((treatMissingData) => {
    const rule: EvaluationRule = {
      evaluationPeriods: n,
      datapointsToAlarm: m,
      comparison: "GreaterThanThreshold",
      threshold: 0,
      treatMissingData,
    };
    return evaluate(rangeOf(text), rule).state ?? "retain";
  });
}

test("the guide's table for 3 out of 3", () => {
  assert.equal(evaluationRange(3), 5);
  const table: [string, string[]][] = [
    ["0 - X - X", ["OK", "OK", "OK", "OK"]],
    ["0 - - - -", ["OK", "OK", "OK", "OK"]],
    ["- - - - -", ["INSUFFICIENT_DATA", "retain", "ALARM", "OK"]],
    ["0 X X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["- - X - -", ["ALARM", "retain", "ALARM", "OK"]],
  ];
  for (const [text, expected] of table) assert.deepEqual(states(text, 3), expected, text);
});

test("the guide's table for 2 out of 3", () => {
  const table: [string, string[]][] = [
    ["0 - X - X", ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["0 0 X 0 X", ["ALARM", "ALARM", "ALARM", "ALARM"]],
    ["0 - X - -", ["OK", "OK", "ALARM", "OK"]],
    ["- - - - 0", ["OK", "OK", "ALARM", "OK"]],
    ["- - - X -", ["ALARM", "retain", "ALARM", "OK"]],
  ];
  for (const [text, expected] of table) assert.deepEqual(states(text, 2), expected, text);
});

test("an alarm does not fire prematurely on one late breaching datapoint", () => {
  assert.equal(states("- - - - X", 3)[0], "retain");
  assert.equal(states("- - - X -", 3)[0], "retain");
  assert.equal(states("- - X - -", 3)[0], "ALARM");
});
