import assert from "node:assert/strict";
import { test } from "node:test";
import { createBuckets } from "./buckets.ts";

test("five minutes of unused capacity can be used at once, then what flows in each second", () => {
  const buckets = createBuckets();
  let served = 0;
  while (served < 10_000 && buckets.admits("t", 5, 0)) {
    buckets.take("t", 5, 1, 0);
    served++;
  }
  assert.equal(served, 1500);
  assert.equal(buckets.admits("t", 5, 0), false);
  for (let unit = 0; unit < 5; unit++) {
    assert.equal(buckets.admits("t", 5, 1000), true);
    buckets.take("t", 5, 1, 1000);
  }
  assert.equal(buckets.admits("t", 5, 1000), false);
});

test("what is left is no more than five minutes' worth", () => {
  const buckets = createBuckets();
  buckets.take("t", 1, 300, 0);
  assert.equal(buckets.admits("t", 1, 0), false);
  buckets.take("t", 1, 300, 1_000_000);
  assert.equal(buckets.admits("t", 1, 1_000_000), false);
});

test("more capacity ends throttling at once, less keeps the debt", () => {
  const buckets = createBuckets();
  buckets.take("t", 1, 400, 0);
  assert.equal(buckets.admits("t", 1, 1000), false);
  assert.equal(buckets.admits("t", 10, 2000), true);
  buckets.take("t", 10, 100, 2000);
  assert.equal(buckets.admits("t", 5, 2000), false);
});
