import assert from "node:assert/strict";
import { test } from "node:test";
import type { GroupRecord, MemberRecord } from "../records.ts";
import { healthProblem } from "./health.ts";
import type { Observation } from "./observe.ts";

const now = Date.UTC(2026, 0, 5, 12);
const member = {
  instanceId: "i-1",
  inServiceMs: now - 60_000,
  registered: ["tg"],
} as unknown as MemberRecord;

function problem(
  seen: { state?: "running" | "stopped"; impaired?: boolean; target?: string },
  group: Partial<GroupRecord> = {},
): string | undefined {
  const observation: Observation = {
    instances: new Map([["i-1", { state: seen.state ?? "running" }]]),
    impaired: new Set(seen.impaired ? ["i-1"] : []),
    targets: new Map(seen.target ? [["tg", new Map([["i-1", seen.target]])]] : []),
    offers: undefined,
    shifted: new Set<string>(),
    healthChecked: true,
  };
  const whole = { healthCheckType: ["EC2", "ELB"], healthCheckGraceSeconds: 30, ...group };
  return healthProblem(whole as GroupRecord, member, observation, now)?.replace(
    /^At \S+ an instance was taken out of service in response to /,
    "",
  );
}

test("what is wrong with an instance, and what is not", () => {
  assert.equal(problem({}), undefined);
  assert.equal(problem({ target: "healthy" }), undefined);
  assert.equal(problem({ target: "initial" }), undefined);
  assert.equal(
    problem({ state: "stopped" }),
    "an EC2 health check indicating it has been terminated or stopped.",
  );
  assert.equal(problem({ impaired: true }), "an EC2 instance status checks failure.");
  assert.equal(problem({ target: "unhealthy" }), "an ELB system health check failure.");
  assert.equal(problem({ target: "unhealthy" }, { healthCheckType: ["EC2"] }), undefined);
});

test("the grace period covers checks, not instances that do not run", () => {
  const grace = { healthCheckGraceSeconds: 300 };
  assert.equal(problem({ target: "unhealthy" }, grace), undefined);
  assert.equal(problem({ impaired: true }, grace), undefined);
  assert.match(problem({ state: "stopped" }, grace)!, /terminated or stopped/);
});
