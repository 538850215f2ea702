import assert from "node:assert/strict";
import { test } from "node:test";
import type { Consent } from "./consent.ts";
import { plan, type ActualMember, type DesiredGroup, type RefreshView } from "./plan.ts";

const now = Date.UTC(2026, 0, 5, 12);
const dayMs = 86_400_000;

const member = (id: string, zone: string, changes: Partial<ActualMember> = {}): ActualMember => ({
  id,
  instanceId: `i-${id}`,
  zone,
  phase: "in-service",
  healthy: true,
  unhealthyCause: "",
  protected: false,
  createdMs: now,
  launchedMs: now,
  ...changes,
});

const group = (changes: Partial<DesiredGroup>): DesiredGroup => ({
  desired: 2,
  maxSize: 10,
  zones: ["a", "b"],
  terminationPolicies: ["arn:aws:lambda:us-east-1:123456789012:function:f"],
  suspended: new Set(),
  deleting: false,
  causes: [],
  launchAfterMs: 0,
  maxLifetimeMs: undefined,
  ...changes,
});

const two = [member("1", "a"), member("2", "b")];
const refresh: RefreshView = {
  outdated: new Set(["1", "2"]),
  minHealthyPercent: 50,
  maxHealthyPercent: 100,
  ready: new Set(["1", "2"]),
};
const old = { createdMs: now - 2 * dayMs };

interface Case {
  what: string;
  cause: keyof Consent;
  group: Partial<DesiredGroup>;
  members: ActualMember[];
  refresh?: RefreshView;
  units: number;
  candidates: string[];
  /** What is done once "1" may go. */
  done: string[];
}

const cases: Case[] = [
  {
    what: "too many",
    cause: "SCALE_IN",
    group: { desired: 1 },
    members: two,
    units: 1,
    candidates: ["1", "2"],
    done: ["terminate 1"],
  },
  {
    what: "protected ones are not asked for",
    cause: "SCALE_IN",
    group: { desired: 1 },
    members: [member("1", "a"), member("2", "b", { protected: true })],
    units: 1,
    candidates: ["1"],
    done: ["terminate 1"],
  },
  {
    what: "a refresh",
    cause: "INSTANCE_REFRESH",
    group: {},
    members: two,
    refresh,
    units: 1,
    candidates: ["1"],
    done: ["terminate 1", "launch a"],
  },
  {
    what: "too old",
    cause: "MAX_INSTANCE_LIFETIME",
    group: { maxLifetimeMs: dayMs },
    members: [member("1", "a", old), member("2", "b")],
    units: 1,
    candidates: ["1"],
    done: ["terminate 1", "launch a"],
  },
  {
    what: "zones that are uneven: the launch comes first",
    cause: "REBALANCE",
    group: {},
    members: [member("1", "a"), member("2", "a")],
    units: 1,
    candidates: ["1", "2"],
    done: ["launch b"],
  },
];

const did = (found: ReturnType<typeof plan>) =>
  found.decisions.map((one) =>
    one.kind === "launch" ? `launch ${one.zone}` : `${one.kind} ${one.memberId}`,
  );

for (const one of cases)
  test(`a function is asked before anything goes: ${one.what}`, () => {
    const planned = (consent: Consent) =>
      plan(group({ ...one.group, consent }), one.members, one.refresh, now);
    const first = planned({});
    assert.deepEqual(did(first), []);
    const { cause, units, candidates: memberIds } = one;
    assert.deepEqual(first.asks, [{ cause, units, memberIds }]);
    const refused = planned({ [cause]: new Set<string>() });
    assert.deepEqual([did(refused), refused.asks], [[], []]);
    assert.deepEqual(did(planned({ [cause]: new Set(["i-1"]) })), one.done);
  });

test("what is unhealthy goes without asking", () => {
  const members = [member("1", "a", { healthy: false }), member("2", "b")];
  const found = plan(group({ consent: {} }), members, undefined, now);
  assert.deepEqual([did(found), found.asks], [["terminate 1", "launch a"], []]);
});

test("with room above the desired capacity the replacement of an old one comes before the question", () => {
  const members = [member("1", "a", old), member("2", "b")];
  const aging = {
    maxLifetimeMs: dayMs,
    maintenance: { minHealthyPercent: 100, maxHealthyPercent: 150 },
    consent: {},
  };
  const first = plan(group(aging), members, undefined, now);
  assert.deepEqual([did(first), first.asks], [["launch a"], []]);
  const second = plan(group(aging), [...members, member("3", "a")], undefined, now);
  assert.deepEqual(did(second), []);
  assert.deepEqual(second.asks, [{ cause: "MAX_INSTANCE_LIFETIME", units: 1, memberIds: ["1"] }]);
});
