import assert from "node:assert/strict";
import { test } from "node:test";
import { retry } from "./retries.ts";

const random = { next: () => 1 };
const fresh = { attempts: 0, acceptedMs: 0, target: { Id: "t", Arn: "a" } };

test("waits double, up to a quarter of an hour", () => {
  assert.deepEqual(retry(fresh, { hopeless: false }, 0, random), { dueMs: 1000 });
  assert.deepEqual(retry({ ...fresh, attempts: 3 }, { hopeless: false }, 0, random), {
    dueMs: 8000,
  });
  assert.deepEqual(retry({ ...fresh, attempts: 40 }, { hopeless: false }, 0, random), {
    dueMs: 900_000,
  });
});

test("an event is given up after its attempts, after its age, and when there is no hope", () => {
  assert.deepEqual(retry({ ...fresh, attempts: 185 }, { hopeless: false }, 0, random), {
    exhausted: "MaximumRetryAttempts",
  });
  const impatient = { ...fresh.target, RetryPolicy: { MaximumEventAgeInSeconds: 60 } };
  assert.deepEqual(retry({ ...fresh, target: impatient }, { hopeless: false }, 59_500, random), {
    exhausted: "MaximumEventAgeInSeconds",
  });
  assert.deepEqual(retry(fresh, { hopeless: true }, 0, random), { exhausted: undefined });
});
