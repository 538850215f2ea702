import assert from "node:assert/strict";
import { test } from "node:test";
import { planExpiryNotice } from "./expiry-plan.ts";

const day = 86_400_000;

test("the end of a certificate is told once a day from so many days before", () => {
  const table: [number, number, number | undefined, number | undefined, number | undefined][] = [
    // left, days before, told, tell, look again after
    [100.5 * day, 45, undefined, undefined, day / 2],
    [45 * day + 1, 45, undefined, undefined, 1],
    [45 * day, 45, undefined, 45, day],
    [45 * day - 1, 45, 45, undefined, day - 1],
    [44 * day, 45, 45, 44, day],
    [30 * day, 10, undefined, undefined, day],
    [day / 2, 45, 2, 1, day / 2],
    [1, 45, 1, undefined, 1],
    [0, 45, 1, undefined, undefined],
  ];
  for (const [leftMs, daysBefore, told, tell, afterMs] of table)
    assert.deepEqual(planExpiryNotice(leftMs, daysBefore, told), { tell, afterMs });
});
