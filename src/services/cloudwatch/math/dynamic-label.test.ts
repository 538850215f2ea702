import assert from "node:assert/strict";
import { test } from "node:test";
import { fillLabel } from "./dynamic-label.ts";

const minute = 60_000;
const series = {
  label: "Load",
  periodMs: minute,
  points: new Map([
    [0, 4],
    [minute, 1],
    [3 * minute, 10],
  ]),
  source: {
    namespace: "Shop",
    name: "Load",
    dimensions: [["Zone", "a"]] as [string, string][],
    statistic: "p90",
  },
};
const context = {
  nowMs: 65 * minute,
  account: "123456789012",
  region: "eu-west-1",
  timezone: "+0130",
};

test("labels take values, times and properties", () => {
  const fill = (label: string) => fillLabel(label, series, context);
  assert.equal(fill("[max: ${MAX}] ${LABEL}"), "[max: 10] Load");
  assert.equal(fill("${MIN} ${AVG} ${SUM} ${FIRST} ${LAST}"), "1 5 15 4 10");
  assert.equal(fill("${DATAPOINT_COUNT} ${MIN_MAX_RANGE} ${FIRST_LAST_RANGE}"), "3 9 6");
  assert.equal(fill("${FIRST_LAST_TIME_RANGE} ${MIN_MAX_TIME_RANGE}"), "3m 2m");
  assert.equal(fill("${FIRST_TIME} ${MAX_TIME_RELATIVE}"), "1970-01-01T01:30:00+0130 1h 2m");
  assert.equal(
    fill("${PROP('Namespace')} ${PROP('Dim.Zone')} ${PROP('Stat')} ${PROP('Period')}"),
    "Shop a p90 60",
  );
  assert.equal(fill("${PROP('Region')} ${PROP('AccountId')}"), "eu-west-1 123456789012");
  assert.equal(fill("${NOTHING}"), "${NOTHING}");
});
