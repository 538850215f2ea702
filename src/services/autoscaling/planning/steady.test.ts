import assert from "node:assert/strict";
import { test } from "node:test";
import { createSeededRandom } from "#runtime/random.ts";
import { plan, type ActualMember, type DesiredGroup } from "./plan.ts";
import { isSteady, type Numbers } from "./steady.ts";
import { crowdOf } from "./launches.ts";

const nowMs = 1_000_000;

test("what is steady by its numbers has nothing planned for it, whatever its members are", () => {
  const random = createSeededRandom(7);
  const below = (limit: number) => Math.floor(random.next() * limit);
  const often = (share: number) => random.next() < share;
  let steady = 0;
  for (let round = 0; round < 5000; round++) {
    const zones = ["a", "b", "c"].slice(0, 1 + below(3));
    const phases = ["in-service", "in-service", "in-service", "pending", "standby", "terminating"];
    const members = Array.from({ length: below(7) }, (_, index): ActualMember => ({
      id: `m${index}`,
      instanceId: often(0.9) ? `i-${index}` : undefined,
      zone: often(0.9) ? zones[index % zones.length]! : "d",
      phase: phases[below(often(0.6) ? 1 : 6)] as ActualMember["phase"],
      healthy: often(0.95),
      unhealthyCause: "",
      protected: often(0.2),
      createdMs: 0,
      launchedMs: 0,
    }));
    const counted = members.filter(({ phase }) => phase === "in-service" || phase === "pending");
    const group: DesiredGroup = {
      desired: often(0.7) ? counted.length : below(7),
      maxSize: 7,
      zones,
      terminationPolicies: ["Default"],
      suspended: new Set(often(0.2) ? [["Launch", "Terminate", "AZRebalance"][below(3)]!] : []),
      deleting: often(0.05),
      causes: [],
      launchAfterMs: often(0.1) ? nowMs + 5000 : 0,
      maxLifetimeMs: undefined,
      avoid: new Set(often(0.2) ? [zones[0]!] : []),
      ...(often(0.2) && { maintenance: { minHealthyPercent: 90, maxHealthyPercent: 120 } }),
    };
    const numbers: Numbers = {
      capacity: counted.length,
      starting: counted.filter(({ phase }) => phase === "pending").length,
      unhealthy: counted.filter(({ healthy }) => !healthy).length,
      warm: 0,
      zones: crowdOf(counted),
    };
    if (!isSteady(group, numbers, nowMs)) continue;
    steady++;
    const { decisions, toldCauses, wakeMs } = plan(group, members, undefined, nowMs);
    assert.deepEqual(decisions, []);
    assert.equal(toldCauses, true);
    assert.equal(wakeMs, group.launchAfterMs > nowMs ? group.launchAfterMs : undefined);
  }
  assert.ok(steady > 1000, `${steady} were steady`);
});
