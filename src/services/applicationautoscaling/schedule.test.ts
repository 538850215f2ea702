import assert from "node:assert/strict";
import { test } from "node:test";
import { isoSeconds, parseIso } from "#runtime/date.ts";
import { nextRun } from "./schedule.ts";

const nowMs = parseIso("2026-01-05T12:00:00Z");
const next = (
  schedule: string,
  more: { timeZone?: string; startMs?: number; endMs?: number } = {},
) => {
  const ms = nextRun({ schedule, createdMs: nowMs, ...more }, nowMs);
  return ms === undefined ? undefined : isoSeconds(ms);
};

test("the guide's expressions", () => {
  assert.equal(next("at(2026-03-31T22:00:00)"), "2026-03-31T22:00:00Z");
  assert.equal(next("at(2025-03-31T22:00:00)"), undefined);
  assert.equal(
    next("at(2026-01-31T22:00:00)", { timeZone: "Europe/Paris" }),
    "2026-01-31T21:00:00Z",
  );
  assert.equal(next("rate(5 minutes)"), "2026-01-05T12:05:00Z");
  assert.equal(next("cron(0 9 * * ? *)"), "2026-01-06T09:00:00Z");
  assert.equal(next("cron(30 13 * * ? *)"), "2026-01-05T13:30:00Z");
  // Every Friday (6) at 22:00, and from Monday to Friday at 18:00.
  assert.equal(next("cron(0 22 ? * 6 *)"), "2026-01-09T22:00:00Z");
  assert.equal(next("cron(0 18 ? * MON-FRI *)"), "2026-01-05T18:00:00Z");
  assert.equal(next("cron(0 0 1 1 ? 2030)"), "2030-01-01T00:00:00Z");
  assert.equal(next("cron(0 9 * * ? *)", { timeZone: "America/New_York" }), "2026-01-05T14:00:00Z");
});

test("a schedule acts between its start and its end", () => {
  const startMs = parseIso("2026-02-01T00:00:00Z");
  const endMs = parseIso("2026-02-01T08:00:00Z");
  assert.equal(next("cron(0 6 * * ? *)", { startMs, endMs }), "2026-02-01T06:00:00Z");
  assert.equal(next("cron(0 9 * * ? *)", { startMs, endMs }), undefined);
});

test("what cannot be read is refused", () => {
  for (const schedule of ["0 9 * * *", "cron(0 9 * * *)", "rate(0 minutes)", "at(tomorrow)"])
    assert.throws(() => next(schedule), { code: "ValidationException" });
});
