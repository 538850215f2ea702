import assert from "node:assert/strict";
import { test } from "node:test";
import { inService, notYetHealthy, unhealthy } from "./descriptions.ts";
import { extend, healthAfter, type Streak } from "./plan.ts";

const check = {
  target: "TCP:80",
  intervalSeconds: 10,
  timeoutSeconds: 5,
  unhealthyThreshold: 2,
  healthyThreshold: 3,
};

const table = [
  // A new instance is in service with its third success, and unhealthy with its second failure.
  { before: notYetHealthy, checks: "+", after: notYetHealthy },
  { before: notYetHealthy, checks: "++", after: notYetHealthy },
  { before: notYetHealthy, checks: "+++", after: inService },
  { before: notYetHealthy, checks: "++-+", after: notYetHealthy },
  { before: notYetHealthy, checks: "--", after: unhealthy },
  // One in service stays so with a single failure.
  { before: inService, checks: "-", after: inService },
  { before: inService, checks: "-+-", after: inService },
  { before: inService, checks: "--", after: unhealthy },
  // One that was unhealthy needs the threshold, and says what it still lacks.
  { before: unhealthy, checks: "+", after: notYetHealthy },
  { before: unhealthy, checks: "-", after: unhealthy },
  { before: unhealthy, checks: "+++", after: inService },
];

for (const { before, checks, after } of table)
  test(`after ${checks} what was "${before.description}" is "${after.description}"`, () => {
    let streak: Streak | undefined;
    let health = before;
    for (const [index, sign] of checks.split("").entries()) {
      streak = extend(streak, sign === "+", index * 10_000);
      health = healthAfter(health, streak, check);
    }
    assert.deepEqual(health, after);
  });
