import assert from "node:assert/strict";
import { test } from "node:test";
import type { RefreshRecord } from "./records.ts";
import { checkpointReached, percentComplete, replacementLimit } from "./progress.ts";

const refresh = (more: Partial<RefreshRecord> = {}): RefreshRecord => ({
  id: "r",
  group: "web",
  status: "InProgress",
  startMs: 0,
  minHealthyPercent: 80,
  maxHealthyPercent: 100,
  skipMatching: false,
  scaleInProtected: "Wait",
  standby: "Wait",
  autoRollback: false,
  outdated: [],
  total: 10,
  updated: 0,
  progressMs: 0,
  ...more,
});
const checkpoints = { percentages: [20, 50, 100], delaySeconds: 3600 };

test("the guide's ten instances with checkpoints at 20, 50 and 100 percent", () => {
  const limit = (more: Partial<RefreshRecord>, nowMs = 0) =>
    replacementLimit(refresh({ checkpoints, ...more }), nowMs);
  assert.equal(limit({}), 2);
  assert.equal(limit({ checkpoint: { percent: 20, untilMs: 100 } }, 99), 2);
  assert.equal(limit({ checkpoint: { percent: 20, untilMs: 100 } }, 100), 5);
  assert.equal(limit({ checkpoint: { percent: 50, untilMs: 100 } }, 100), 10);
  assert.equal(replacementLimit(refresh(), 0), 10);
});

test("the guide's two instances skip the checkpoint of 10 percent on their way to 40", () => {
  const two = refresh({ total: 2, checkpoints: { ...checkpoints, percentages: [10, 40, 100] } });
  assert.equal(replacementLimit(two, 0), 1);
  assert.equal(checkpointReached(two, 0), undefined);
  assert.equal(checkpointReached(two, 1), 40);
  assert.equal(
    checkpointReached({ ...two, checkpoint: { percent: 40, untilMs: 0 } }, 1),
    undefined,
  );
});

test("percent complete counts what is new, healthy and warm, and is whole at the end only", () => {
  assert.equal(percentComplete(refresh({ updated: 3 })), 30);
  assert.equal(percentComplete(refresh({ updated: 10 })), 99);
  assert.equal(percentComplete(refresh({ status: "Successful", updated: 10 })), 100);
});
