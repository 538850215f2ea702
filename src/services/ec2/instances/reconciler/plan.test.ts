import assert from "node:assert/strict";
import { test } from "node:test";
import type { MachineState } from "#compute/driver.ts";
import type { InstanceStateName } from "../records.ts";
import { plan, type Step } from "./plan.ts";

const well = { launched: true, launchFailures: 0, rebootsDone: 0 };
const hourMs = 3_600_000;

type Row = [state: InstanceStateName, machine: MachineState, step: Step["do"]];

const rows: Row[] = [
  ["pending", "absent", "launch"],
  ["pending", "pending", "wait"],
  ["pending", "running", "mark-running"],
  ["pending", "stopped", "start"],
  ["pending", "failed", "start"],
  ["running", "running", "wait"],
  ["running", "failed", "mark-impaired"],
  ["running", "stopped", "shut-down"],
  ["running", "absent", "launch"],
  ["stopping", "running", "stop"],
  ["stopping", "stopping", "wait"],
  ["stopping", "stopped", "mark-stopped"],
  ["stopping", "failed", "mark-stopped"],
  ["stopped", "stopped", "wait"],
  ["stopped", "running", "stop"],
  ["shutting-down", "running", "terminate"],
  ["shutting-down", "absent", "terminate"],
  ["terminated", "absent", "wait"],
  ["terminated", "failed", "terminate"],
];

for (const [state, machine, step] of rows)
  test(`an instance that is ${state} on a machine that is ${machine}: ${step}`, () => {
    const desired = {
      state,
      machine: well,
      rebootsWanted: 0,
      terminatedMs: 0,
      autoRecovery: "default",
      tags: {},
    } as const;
    assert.equal(plan(desired, { state: machine, firstLook: false }, 1).do, step);
  });

const running = {
  state: "running",
  machine: well,
  rebootsWanted: 0,
  autoRecovery: "default",
  tags: {},
} as const;

test("a reboot that is wanted is done, also to revive a dead machine", () => {
  const wanted = { ...running, rebootsWanted: 1 };
  assert.equal(plan(wanted, { state: "running", firstLook: false }, 0).do, "reboot");
  assert.equal(plan(wanted, { state: "failed", firstLook: false }, 0).do, "start");
});

test("a machine found dead when Fogbank starts is started again, unless recovery is disabled", () => {
  const observed = { state: "failed", firstLook: true } as const;
  assert.equal(plan(running, observed, 0).do, "start");
  assert.equal(plan({ ...running, autoRecovery: "disabled" }, observed, 0).do, "mark-impaired");
});

test("a machine that died with what it ran on is started again, unless recovery is disabled", () => {
  const observed = { state: "failed", firstLook: false, hostFailed: true } as const;
  assert.equal(plan(running, observed, 0).do, "start");
  assert.equal(plan({ ...running, autoRecovery: "disabled" }, observed, 0).do, "mark-impaired");
});

test("an impaired machine waits for somebody and is well when it runs again", () => {
  const impaired = { ...running, machine: { ...well, impairedMs: 1 } };
  assert.equal(plan(impaired, { state: "failed", firstLook: false }, 2).do, "wait");
  assert.equal(plan(impaired, { state: "running", firstLook: false }, 2).do, "mark-well");
});

test("an impaired machine recovers by itself after two minutes, with the exceptions AWS makes", () => {
  const impaired = { ...running, machine: { ...well, impairedMs: 1000 } };
  const failed = { state: "failed", firstLook: false } as const;
  assert.deepEqual(plan(impaired, failed, 61_000), { do: "wait", afterMs: 60_000 });
  assert.equal(plan(impaired, failed, 121_000).do, "start");
  assert.equal(plan({ ...impaired, autoRecovery: "disabled" }, failed, 121_000).do, "wait");
  const grouped = { ...impaired, tags: { "aws:autoscaling:groupName": "web" } };
  assert.equal(plan(grouped, failed, 121_000).do, "wait");
});

test("a host without power starts no machine", () => {
  const dark = { firstLook: false, dark: true } as const;
  const wanted = { ...running, rebootsWanted: 1, machine: { ...well, impairedMs: 0 } };
  assert.equal(plan(wanted, { state: "failed", ...dark }, 900_000).do, "wait");
  assert.equal(plan(running, { state: "absent", ...dark }, 0).do, "wait");
  assert.equal(plan({ ...running, state: "pending" }, { state: "absent", ...dark }, 0).do, "wait");
});

test("a launch that failed three times is given up", () => {
  const failed = { ...running, state: "pending", machine: { ...well, launchFailures: 3 } } as const;
  assert.equal(plan(failed, { state: "absent", firstLook: false }, 0).do, "give-up");
});

test("a terminated instance goes after an hour", () => {
  const terminated = { ...running, state: "terminated", terminatedMs: 1000 } as const;
  const gone = { state: "absent", firstLook: false } as const;
  assert.deepEqual(plan(terminated, gone, 1000), { do: "wait", afterMs: hourMs });
  assert.equal(plan(terminated, gone, 1000 + hourMs).do, "forget");
});

test("a launch that failed is tried again after a while", () => {
  const machine = { ...well, launchFailures: 1, retryAtMs: 5000 };
  const failed = { ...running, state: "pending", machine } as const;
  const gone = { state: "absent", firstLook: false } as const;
  assert.deepEqual(plan(failed, gone, 1000), { do: "wait", afterMs: 4000 });
  assert.equal(plan(failed, gone, 5000).do, "launch");
});
