import assert from "node:assert/strict";
import { test } from "node:test";
import type { NatGatewayRecord } from "../records.ts";
import { planNat, type NatStep } from "./nat-gateway-plan.ts";

type State = NatGatewayRecord["state"];
const minute = 60_000;

const cases: [state: State, reachesInternet: boolean, ageMs: number, step: NatStep][] = [
  ["pending", true, 0, { do: "wait", afterMs: minute }],
  ["pending", true, minute, { do: "become", state: "available" }],
  ["pending", false, minute, { do: "become", state: "failed" }],
  ["available", false, 60 * minute, { do: "nothing" }],
  ["deleting", true, 45_000, { do: "become", state: "deleted" }],
  ["deleted", true, minute, { do: "wait", afterMs: 59 * minute }],
  ["failed", true, 60 * minute, { do: "forget" }],
  ["deleted", true, 60 * minute, { do: "forget" }],
];

for (const [state, reachesInternet, ageMs, step] of cases)
  test(`a NAT gateway ${state} for ${ageMs} ms, ${reachesInternet ? "with" : "without"} a way out, will ${step.do}`, () => {
    const nat = { state, sinceMs: 1000, connectivityType: "public" } as NatGatewayRecord;
    assert.deepEqual(planNat(nat, reachesInternet, 1000 + ageMs), step);
  });

test("a private NAT gateway needs no way out", () => {
  const nat = { state: "pending", sinceMs: 0, connectivityType: "private" } as NatGatewayRecord;
  assert.deepEqual(planNat(nat, false, minute), { do: "become", state: "available" });
});
