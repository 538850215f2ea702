import assert from "node:assert/strict";
import { test } from "node:test";
import { isoSeconds, parseIso } from "#runtime/date.ts";
import { nextRun } from "./schedule.ts";

const next = (
  from: string,
  action: { recurrence?: string; timeZone?: string; start?: string; end?: string },
) => {
  const { recurrence, timeZone, start, end } = action;
  const ms = nextRun(
    {
      ...(recurrence !== undefined && { recurrence }),
      ...(timeZone !== undefined && { timeZone }),
      ...(start !== undefined && { startMs: parseIso(start) }),
      ...(end !== undefined && { endMs: parseIso(end) }),
    },
    parseIso(from),
  );
  return ms === undefined ? undefined : isoSeconds(ms);
};

test("the guide's schedules: every day at 13:00, every January, June and December", () => {
  const from = "2026-01-05T12:00:00Z";
  assert.equal(next(from, { recurrence: "0 13 * * *" }), "2026-01-05T13:00:00Z");
  assert.equal(next(from, { recurrence: "30 0 1 1,6,12 *" }), "2026-06-01T00:30:00Z");
  assert.equal(next(from, { recurrence: "0 9 * * MON-FRI" }), "2026-01-06T09:00:00Z");
});

test("time zones keep their daylight saving time", () => {
  const daily = { recurrence: "0 9 * * *", timeZone: "Europe/Berlin" };
  assert.equal(next("2026-03-27T12:00:00Z", daily), "2026-03-28T08:00:00Z");
  assert.equal(next("2026-03-28T12:00:00Z", daily), "2026-03-29T07:00:00Z");
  assert.equal(next("2026-10-24T12:00:00Z", daily), "2026-10-25T08:00:00Z");
});

test("start and end bound a schedule; without a recurrence the start is all", () => {
  const bounded = {
    recurrence: "0 13 * * *",
    start: "2026-02-01T13:00:00Z",
    end: "2026-02-02T12:00:00Z",
  };
  assert.equal(next("2026-01-05T12:00:00Z", bounded), "2026-02-01T13:00:00Z");
  assert.equal(next("2026-02-01T13:00:00Z", bounded), undefined);
  assert.equal(
    next("2026-01-05T12:00:00Z", { start: "2026-02-01T13:00:00Z" }),
    "2026-02-01T13:00:00Z",
  );
  assert.equal(next("2026-03-05T12:00:00Z", { start: "2026-02-01T13:00:00Z" }), undefined);
});
