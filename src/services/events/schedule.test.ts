import assert from "node:assert/strict";
import { test } from "node:test";
import { isoSeconds, parseIso } from "#runtime/date.ts";
import { nextRun } from "./schedule.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html; a Friday. */
const friday = parseIso("2026-11-27T11:00:00Z");

const table: [expression: string, next: string][] = [
  ["rate(1 minute)", "2026-11-27T11:01:00Z"],
  ["rate(7 days)", "2026-12-04T11:00:00Z"],
  ["cron(0 10 * * ? *)", "2026-11-28T10:00:00Z"],
  ["cron(15 12 * * ? *)", "2026-11-27T12:15:00Z"],
  ["cron(0 18 ? * MON-FRI *)", "2026-11-27T18:00:00Z"],
  ["cron(0 8 1 * ? *)", "2026-12-01T08:00:00Z"],
  ["cron(0/15 * * * ? *)", "2026-11-27T11:15:00Z"],
  ["cron(0/10 * ? * MON-FRI *)", "2026-11-27T11:10:00Z"],
  ["cron(0/5 8-17 ? * MON-FRI *)", "2026-11-27T11:05:00Z"],
  ["cron(0 9 ? * 2#1 *)", "2026-12-07T09:00:00Z"],
  ["cron(15 10 ? * 6L 2019-2030)", "2026-12-25T10:15:00Z"],
  ["cron(0 0 L * ? *)", "2026-11-30T00:00:00Z"],
  ["cron(0 0 3W * ? *)", "2026-12-03T00:00:00Z"],
  ["cron(0 12 ? * 1 *)", "2026-11-29T12:00:00Z"],
];

for (const [expression, next] of table)
  test(`${expression} acts next at ${next}`, () => {
    assert.equal(isoSeconds(nextRun(expression, friday)!), next);
  });

for (const expression of [
  "rate(1 minutes)",
  "rate(5 minute)",
  "rate(0 minutes)",
  "rate(5 seconds)",
  "cron(0 10 * * * *)",
  "cron(0 10 ? * ? *)",
  "cron(* * * * ?)",
  "every day",
])
  test(`${expression} is no schedule`, () => {
    assert.throws(() => nextRun(expression, friday), {
      code: "ValidationException",
      message: "Parameter ScheduleExpression is not valid.",
    });
  });

test("a year that has passed never comes", () => {
  assert.equal(nextRun("cron(0 10 * * ? 2020)", friday), undefined);
});
