import assert from "node:assert/strict";
import { test } from "node:test";
import { nextStep, type MemberView } from "./advance.ts";

const view = (changes: Partial<MemberView>): MemberView => ({
  state: "Pending",
  launched: true,
  actual: "running",
  registered: false,
  draining: false,
  hooked: false,
  hookResult: undefined,
  terminateCalled: false,
  released: false,
  warmStart: false,
  retained: false,
  poolState: "Stopped",
  ...changes,
});

test("from the wish to being in service", () => {
  assert.equal(nextStep(view({ launched: false, actual: undefined })), "launch");
  assert.equal(nextStep(view({ actual: "pending" })), "none");
  assert.equal(nextStep(view({ hooked: true })), "wait-for-hook");
  assert.equal(nextStep(view({})), "register");
  assert.equal(nextStep(view({ registered: true })), "enter-service");
  assert.equal(nextStep(view({ actual: "terminated" })), "fail");
  assert.equal(nextStep(view({ actual: "stopped" })), "fail");
});

test("a launching instance waits for its hooks", () => {
  const waiting = (changes: Partial<MemberView>) =>
    nextStep(view({ state: "Pending:Wait", ...changes }));
  assert.equal(waiting({}), "none");
  assert.equal(waiting({ hookResult: "ABANDON" }), "abandon");
  assert.equal(waiting({ hookResult: "CONTINUE" }), "register");
  assert.equal(waiting({ hookResult: "CONTINUE", registered: true }), "enter-service");
});

test("a leaving instance drains, waits for its hooks, ends, and is forgotten when it is gone", () => {
  const leaving = (changes: Partial<MemberView>) =>
    nextStep(view({ state: "Terminating", ...changes }));
  assert.equal(leaving({ draining: true, hooked: true }), "deregister");
  assert.equal(leaving({ hooked: true }), "wait-for-hook");
  assert.equal(nextStep(view({ state: "Terminating:Wait" })), "none");
  assert.equal(nextStep(view({ state: "Terminating:Wait", hookResult: "ABANDON" })), "terminate");
  assert.equal(leaving({}), "terminate");
  assert.equal(leaving({ terminateCalled: true, actual: "shutting-down" }), "none");
  assert.equal(leaving({ terminateCalled: true, actual: "terminated" }), "remove");
});

test("a detached instance drains and is released before it is forgotten", () => {
  const detaching = (changes: Partial<MemberView>) =>
    nextStep(view({ state: "Detaching", ...changes }));
  assert.equal(detaching({ draining: true }), "deregister");
  assert.equal(detaching({}), "release");
  assert.equal(detaching({ released: true }), "remove");
});

test("an instance that is gone already is not waited for", () => {
  const gone = { state: "Terminating", draining: true, hooked: true, actual: "absent" } as const;
  assert.equal(nextStep(view(gone)), "terminate");
});
