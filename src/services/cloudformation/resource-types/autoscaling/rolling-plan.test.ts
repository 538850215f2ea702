import assert from "node:assert/strict";
import { test } from "node:test";
import {
  nextRollingStep,
  readRollingPolicy,
  type RollingProgress,
  type RollingView,
} from "./rolling-plan.ts";

const progress: RollingProgress = {
  obsolete: ["i-1", "i-2"],
  total: 2,
  old: ["i-1", "i-2"],
  ending: [],
  accepted: [],
  failed: 0,
  desired: 2,
  maxSize: 4,
};

function view(
  rolling: Record<string, unknown>,
  members: string[],
  changes: Partial<Omit<RollingView, "policy" | "progress">> & {
    progress?: Partial<RollingProgress>;
  } = {},
): RollingView {
  return {
    policy: readRollingPolicy({ AutoScalingRollingUpdate: rolling })!,
    members: members.map((text) => ({ id: text.replace("*", ""), inService: !text.endsWith("*") })),
    desired: 2,
    signals: [],
    now: 0,
    ...changes,
    progress: { ...progress, ...changes.progress },
  };
}

const signal = (uniqueId: string, status: "SUCCESS" | "FAILURE" = "SUCCESS") => ({
  uniqueId,
  status,
  receivedMs: 0,
});

test("obsolete instances go in batches that leave enough in service", () => {
  const small = nextRollingStep(view({ MinInstancesInService: 1 }, ["i-1", "i-2"]));
  assert.deepEqual([small.do, "ids" in small && small.ids], ["terminate", ["i-1"]]);
  const large = nextRollingStep(view({ MaxBatchSize: 5 }, ["i-1", "i-2"]));
  assert.deepEqual("ids" in large && large.ids, ["i-1", "i-2"]);
});

test("a group without room grows first and shrinks with its last batch", () => {
  const policy = { MinInstancesInService: 2, MaxBatchSize: 1 };
  assert.deepEqual(nextRollingStep(view(policy, ["i-1", "i-2"])), { do: "grow", desired: 3 });
  const grown = { desired: 3, progress: { accepted: ["i-3"] } };
  const step = nextRollingStep(view(policy, ["i-1", "i-2", "i-3"], grown));
  assert.deepEqual([step.do, "shrink" in step && step.shrink], ["terminate", false]);
  const last = { desired: 3, progress: { obsolete: ["i-2"], accepted: ["i-3", "i-4"] } };
  const end = nextRollingStep(view(policy, ["i-2", "i-3", "i-4"], last));
  assert.deepEqual([end.do, "shrink" in end && end.shrink], ["terminate", true]);
});

test("a group that may not grow cannot keep all in service", () => {
  const step = nextRollingStep(
    view({ MinInstancesInService: 2 }, ["i-1", "i-2"], { progress: { maxSize: 2 } }),
  );
  assert.equal(step.do, "fail");
});

test("new instances are awaited, then their pause", () => {
  const after = { progress: { obsolete: ["i-2"], batchMs: 0 } };
  const policy = { MinInstancesInService: 1, PauseTime: "PT30S" };
  assert.equal(nextRollingStep(view(policy, ["i-2"], after)).do, "wait");
  assert.equal(nextRollingStep(view(policy, ["i-2", "i-3*"], after)).do, "wait");
  assert.equal(nextRollingStep(view(policy, ["i-2", "i-3"], { ...after, now: 29_000 })).do, "wait");
  assert.equal(
    nextRollingStep(view(policy, ["i-2", "i-3"], { ...after, now: 30_000 })).do,
    "accept",
  );
});

test("signals of new instances decide", () => {
  const policy = { MinInstancesInService: 1, WaitOnResourceSignals: true, PauseTime: "PT5M" };
  const after = { progress: { obsolete: ["i-2"], batchMs: 0 } };
  const members = ["i-2", "i-3"];
  assert.equal(nextRollingStep(view(policy, members, after)).do, "wait");
  const good = nextRollingStep(view(policy, members, { ...after, signals: [signal("i-3")] }));
  assert.deepEqual(good, {
    do: "accept",
    ids: ["i-3"],
    failed: 0,
    messages: ["Received SUCCESS signal with UniqueId i-3"],
  });
  const bad = nextRollingStep(
    view(policy, members, { ...after, signals: [signal("i-3", "FAILURE")] }),
  );
  assert.deepEqual(bad, {
    do: "fail",
    reason:
      "Received 1 FAILURE signal(s) out of 1. Unable to satisfy 100% MinSuccessfulInstancesPercent requirement",
  });
  assert.equal(nextRollingStep(view(policy, members, { ...after, now: 300_000 })).do, "fail");
  const lenient = { ...policy, MinSuccessfulInstancesPercent: 50 };
  assert.equal(nextRollingStep(view(lenient, members, { ...after, now: 300_000 })).do, "accept");
});

test("the update ends when nothing is obsolete and the group is whole", () => {
  const done = { progress: { obsolete: [], accepted: ["i-3", "i-4"] } };
  assert.equal(nextRollingStep(view({}, ["i-3"], done)).do, "wait");
  assert.equal(nextRollingStep(view({}, ["i-3", "i-4"], done)).do, "finish");
});

test("what does not come into service within an hour is given up, if enough others are there", () => {
  const waiting = { progress: { obsolete: ["i-2"], steppedMs: 0 }, now: 59 * 60_000 };
  const late = { ...waiting, now: 60 * 60_000 };
  const members = ["i-2", "i-3*"];
  assert.equal(nextRollingStep(view({}, members, waiting)).do, "wait");
  assert.deepEqual(nextRollingStep(view({}, members, late)), {
    do: "fail",
    reason:
      "1 of 2 instance(s) are in service. Unable to satisfy 100% MinActiveInstancesPercent requirement",
  });
  const lenient = { MinActiveInstancesPercent: 50 };
  assert.equal(nextRollingStep(view(lenient, members, waiting)).do, "wait");
  assert.equal(nextRollingStep(view(lenient, members, late)).do, "accept");
  // The guide's five instances at 50 percent: three must be in service.
  const five = (active: number) =>
    nextRollingStep(
      view(
        lenient,
        Array.from({ length: 5 }, (_, index) => `i-${10 + index}${index < active ? "" : "*"}`),
        { ...late, desired: 5, progress: { ...late.progress, obsolete: [], desired: 5, old: [] } },
      ),
    ).do;
  assert.deepEqual([five(2), five(3)], ["fail", "accept"]);
});

test("a pause lasts an hour at most", () => {
  assert.throws(
    () => readRollingPolicy({ AutoScalingRollingUpdate: { PauseTime: "PT61M" } }),
    /at most PT1H/,
  );
});
