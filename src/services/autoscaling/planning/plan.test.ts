import assert from "node:assert/strict";
import { test } from "node:test";
import { plan, type ActualMember, type Decision, type DesiredGroup } from "./plan.ts";
import { selectForTermination } from "./termination.ts";
import { imbalance, spreadLaunches } from "./zones.ts";

const now = Date.UTC(2026, 0, 5, 12);

const group = (changes: Partial<DesiredGroup> = {}): DesiredGroup => ({
  desired: 2,
  maxSize: 10,
  zones: ["a", "b"],
  terminationPolicies: ["Default"],
  suspended: new Set(),
  deleting: false,
  causes: [],
  launchAfterMs: 0,
  maxLifetimeMs: undefined,
  ...changes,
});

let serial = 0;
const member = (zone: string, changes: Partial<ActualMember> = {}): ActualMember => ({
  id: `m${++serial}`,
  instanceId: `i-${serial}`,
  zone,
  phase: "in-service",
  healthy: true,
  unhealthyCause: "",
  protected: false,
  createdMs: now,
  launchedMs: now,
  templateVersion: 1,
  ...changes,
});

const launches = (decisions: Decision[]) =>
  decisions.flatMap((decision) => (decision.kind === "launch" ? [decision.zone] : []));
const terminations = (decisions: Decision[]) =>
  decisions.flatMap((decision) => (decision.kind === "terminate" ? [decision.memberId] : []));

test("launches go where fewest instances are", () => {
  assert.deepEqual(spreadLaunches(["a", "b", "c"], new Map([["a", 2]]), 4), ["b", "c", "b", "c"]);
  const { decisions } = plan(group({ desired: 5 }), [member("a")], undefined, now);
  assert.deepEqual(launches(decisions), ["b", "a", "b", "a"]);
});

test("an activity tells why the desired capacity changed and what it did about it", () => {
  const { decisions } = plan(
    group({
      desired: 3,
      causes: [
        "At 2026-01-05T11:59:50Z a monitor alarm high in state ALARM triggered policy cpu changing the desired capacity from 1 to 3.",
      ],
    }),
    [member("a")],
    undefined,
    now,
  );
  assert.equal(
    decisions[0]!.cause,
    "At 2026-01-05T11:59:50Z a monitor alarm high in state ALARM triggered policy cpu changing the desired capacity from 1 to 3.  At 2026-01-05T12:00:00Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 1 to 3.",
  );
});

test("an unhealthy instance is replaced in the same step", () => {
  const sick = member("a", { healthy: false, unhealthyCause: "sick." });
  const { decisions } = plan(group(), [sick, member("b")], undefined, now);
  assert.deepEqual(terminations(decisions), [sick.id]);
  assert.deepEqual(launches(decisions), ["a"]);
  assert.match(decisions[1]!.cause, /unhealthy instance needing to be replaced/);
});

test("suspended processes do nothing", () => {
  const suspended = new Set(["Launch"]);
  assert.deepEqual(plan(group({ suspended }), [], undefined, now).decisions, []);
  const many = [member("a"), member("b"), member("a")];
  const noTerminate = group({ suspended: new Set(["Terminate"]) });
  assert.deepEqual(plan(noTerminate, many, undefined, now).decisions, []);
  const sick = [member("a", { healthy: false }), member("b")];
  const noReplace = group({ suspended: new Set(["ReplaceUnhealthy"]) });
  assert.deepEqual(plan(noReplace, sick, undefined, now).decisions, []);
});

test("protected and starting instances are not taken on scale-in", () => {
  const free = member("b");
  const members = [member("a", { protected: true }), free, member("a", { phase: "pending" })];
  const { decisions } = plan(group({ desired: 1 }), members, undefined, now);
  assert.deepEqual(terminations(decisions), [free.id]);
});

test("standby instances do not count", () => {
  const { decisions } = plan(
    group({ desired: 1 }),
    [member("a", { phase: "standby" })],
    undefined,
    now,
  );
  assert.equal(launches(decisions).length, 1);
});

test("the default policy: fullest zone, oldest template, closest to the next hour", () => {
  const minute = 60_000;
  const candidates = [
    { id: "1", zone: "a", launchedMs: now - 10 * minute, templateVersion: 2 },
    { id: "2", zone: "a", launchedMs: now - 50 * minute, templateVersion: 1 },
    { id: "3", zone: "a", launchedMs: now - 70 * minute, templateVersion: 1 },
    { id: "4", zone: "b", launchedMs: now - 59 * minute, templateVersion: 1 },
  ];
  const crowd = new Map([
    ["a", 3],
    ["b", 1],
  ]);
  const pick = (...policies: string[]) =>
    selectForTermination(candidates, crowd, policies, now)?.id;
  assert.equal(pick("Default"), "2");
  assert.equal(pick("OldestInstance"), "3");
  assert.equal(pick("NewestInstance"), "1");
  assert.equal(pick("OldestLaunchTemplate", "OldestInstance"), "3");
  assert.equal(pick("ClosestToNextInstanceHour"), "2");
});

test("zones are balanced by launching first", () => {
  assert.equal(
    imbalance(
      ["a", "b"],
      new Map([
        ["a", 2],
        ["b", 1],
      ]),
    ).count,
    0,
  );
  const members = [member("a"), member("a"), member("a"), member("b")];
  const first = plan(group({ desired: 4 }), members, undefined, now);
  assert.deepEqual(launches(first.decisions), ["b"]);
  const second = plan(group({ desired: 4 }), [...members, member("b")], undefined, now);
  assert.deepEqual(terminations(second.decisions).length, 1);
  assert.equal(members.find(({ id }) => id === terminations(second.decisions)[0])?.zone, "a");
});

test("a zone that is no longer the group's is left", () => {
  const members = [member("a"), member("gone")];
  const { decisions } = plan(group(), members, undefined, now);
  assert.deepEqual(launches(decisions), ["b"]);
});

test("a refresh keeps the minimum healthy percentage", () => {
  const members = Array.from({ length: 10 }, (_, index) => member(index % 2 ? "a" : "b"));
  const refresh = {
    outdated: new Set(members.map(({ id }) => id)),
    ready: new Set(members.map(({ id }) => id)),
    minHealthyPercent: 90,
    maxHealthyPercent: 100,
  };
  const first = plan(group({ desired: 10 }), members, refresh, now);
  assert.equal(terminations(first.decisions).length, 1);
  assert.equal(launches(first.decisions).length, 1);
  const one = [member("a")];
  const single = { ...refresh, outdated: new Set([one[0]!.id]), ready: new Set([one[0]!.id]) };
  const gone = plan(group({ desired: 1 }), one, single, now);
  assert.equal(terminations(gone.decisions).length, 1);
});

test("a refresh with 100 percent launches before it terminates", () => {
  const members = [member("a"), member("b")];
  const ids = new Set(members.map(({ id }) => id));
  const refresh = { outdated: ids, ready: ids, minHealthyPercent: 100, maxHealthyPercent: 110 };
  const first = plan(group(), members, refresh, now);
  assert.deepEqual(
    [launches(first.decisions).length, terminations(first.decisions).length],
    [1, 0],
  );
  const fresh = member("a", { phase: "pending" });
  const waiting = plan(group(), [...members, fresh], refresh, now);
  assert.deepEqual(waiting.decisions, []);
  const warm = { ...fresh, phase: "in-service" as const };
  const ready = new Set([...ids, warm.id]);
  const second = plan(group(), [...members, warm], { ...refresh, ready }, now);
  assert.equal(terminations(second.decisions).length, 1);
});

test("rebalancing terminates nothing before what it launched is in service", () => {
  const full = [member("a"), member("a")];
  const first = plan(group(), full, undefined, now);
  assert.deepEqual(launches(first.decisions), ["b"]);
  assert.deepEqual(terminations(first.decisions), []);
  const coming = member("b", { phase: "pending" });
  assert.deepEqual(plan(group(), [...full, coming], undefined, now).decisions, []);
  const there = plan(group(), [...full, { ...coming, phase: "in-service" }], undefined, now);
  assert.equal(terminations(there.decisions).length, 1);
  assert.ok(full.some(({ id }) => terminations(there.decisions).includes(id)));
});

test("a refresh's minimum healthy percentage is rounded up, and at 0 all go at once", () => {
  const going = (count: number, minHealthyPercent: number) => {
    const members = Array.from({ length: count }, () => member("a"));
    const ids = new Set(members.map(({ id }) => id));
    const view = { outdated: ids, ready: ids, minHealthyPercent, maxHealthyPercent: 100 };
    const { decisions } = plan(group({ desired: count, zones: ["a"] }), members, view, now);
    return terminations(decisions).length;
  };
  assert.equal(going(10, 90), 1);
  // 3.5 of 7 are 4, so three may go.
  assert.equal(going(7, 50), 3);
  assert.equal(going(10, 0), 10);
  // With nothing to spare one goes at a time.
  assert.equal(going(3, 90), 1);
});
