/** The user guide's order of termination: https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html */
import assert from "node:assert/strict";
import { test } from "node:test";
import { plan, type ActualMember, type DesiredGroup } from "./plan.ts";

const now = Date.UTC(2026, 0, 5, 12);
const minutes = (count: number) => now - count * 60_000;

let serial = 0;
const member = (changes: Partial<ActualMember>): ActualMember => {
  const id = changes.id ?? `m${++serial}`;
  return {
    id,
    instanceId: `i-${id}`,
    zone: "a",
    phase: "in-service",
    healthy: true,
    unhealthyCause: "",
    protected: false,
    createdMs: now,
    launchedMs: minutes(30),
    templateVersion: 2,
    ...changes,
  };
};

const group = (desired: number, policies: string[], changes: Partial<DesiredGroup> = {}) => ({
  desired,
  maxSize: 10,
  zones: ["a", "b"],
  terminationPolicies: policies,
  suspended: new Set<string>(),
  deleting: false,
  causes: [],
  launchAfterMs: 0,
  maxLifetimeMs: undefined,
  ...changes,
});

/** Who goes when the group shrinks to `desired`. */
const goes = (members: ActualMember[], desired: number, policies = ["Default"], changes = {}) =>
  plan(group(desired, policies, changes), members, undefined, now).decisions.flatMap((one) =>
    one.kind === "terminate" ? [one.memberId] : [],
  );

test("the zone with most instances comes before every policy", () => {
  const members = [
    member({ id: "oldest", zone: "b", launchedMs: minutes(500), templateVersion: 1 }),
    member({ id: "newer", zone: "a", launchedMs: minutes(20) }),
    member({ id: "newest", zone: "a", launchedMs: minutes(10) }),
  ];
  assert.deepEqual(goes(members, 2, ["OldestInstance"]), ["newer"]);
  // Balanced zones are one field.
  const even = [...members, member({ id: "fourth", zone: "b", launchedMs: minutes(5) })];
  assert.deepEqual(goes(even, 3, ["OldestInstance"]), ["oldest"]);
});

test("the default policy: launch configurations, other templates, the oldest version, the billing hour", () => {
  const members = [
    member({ id: "version-1", templateVersion: 1 }),
    member({ id: "other-template", templateVersion: 9, foreignTemplate: true }),
    member({ id: "configuration", templateVersion: undefined, configurationMs: 5 }),
    member({ id: "older-configuration", templateVersion: undefined, configurationMs: 1 }),
    member({ id: "near-the-hour", launchedMs: minutes(59) }),
    member({ id: "current", launchedMs: minutes(70) }),
  ];
  assert.deepEqual(goes(members, 0), [
    "older-configuration",
    "configuration",
    "other-template",
    "version-1",
    "near-the-hour",
    "current",
  ]);
});

test("of a mixed group the purchase option is chosen first, then what misfits its allocation strategy", () => {
  const members = [
    member({ id: "od-1", misfit: 0 }),
    member({ id: "od-2", misfit: 1 }),
    member({ id: "spot-good", spot: true, misfit: 0, templateVersion: 1 }),
    member({ id: "spot-bad", spot: true, misfit: 4 }),
  ];
  const distribution = {
    onDemandStrategy: "prioritized" as const,
    onDemandBase: 2,
    onDemandPercentAboveBase: 0,
    spotStrategy: "capacity-optimized" as const,
  };
  const mixed = { allocation: { distribution, offers: [] }, zones: ["a"] };
  // The base stays; the worse pool goes though its template is newer.
  assert.deepEqual(goes(members, 3, ["Default"], mixed), ["spot-bad"]);
  assert.deepEqual(goes(members, 1, ["Default"], mixed).sort(), ["od-2", "spot-bad", "spot-good"]);
  assert.deepEqual(goes(members, 3, ["OldestLaunchTemplate"], mixed), ["spot-good"]);
  assert.deepEqual(goes(members, 3, ["AllocationStrategy"], mixed), ["spot-bad"]);
});

test("policies are applied in the order of the list", () => {
  const members = [
    member({ id: "old-version-young", templateVersion: 1, launchedMs: minutes(5) }),
    member({ id: "old-version-near", templateVersion: 1, launchedMs: minutes(58) }),
    member({ id: "new-version-nearest", templateVersion: 2, launchedMs: minutes(59) }),
  ];
  const both = ["OldestLaunchTemplate", "ClosestToNextInstanceHour"];
  assert.deepEqual(goes(members, 2, both), ["old-version-near"]);
  assert.deepEqual(goes(members, 2, both.toReversed()), ["new-version-nearest"]);
  assert.deepEqual(goes(members, 2, ["NewestInstance"]), ["old-version-young"]);
});

test("protected instances stay, and a zone that has only those is passed over", () => {
  const members = [
    member({ id: "kept-1", protected: true }),
    member({ id: "kept-2", protected: true }),
    member({ id: "free", zone: "b" }),
  ];
  assert.deepEqual(goes(members, 1), ["free"]);
  assert.deepEqual(goes(members.slice(0, 2), 0), []);
});

test("weights: nothing goes that would leave less than the desired capacity", () => {
  const members = [
    member({ id: "large", weight: 12 }),
    member({ id: "small", weight: 2, launchedMs: minutes(1) }),
  ];
  assert.deepEqual(goes(members, 12), ["small"]);
  assert.deepEqual(goes(members, 13), []);
  assert.deepEqual(goes(members, 2), ["large"]);
});
