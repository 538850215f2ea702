import assert from "node:assert/strict";
import { test } from "node:test";
import type { InstanceRecord } from "../instances/records.ts";
import { stateReasons } from "../instances/states.ts";
import { noticeMs, planInterruption, planRequest, type Market, type RequestStep } from "./plan.ts";
import type { SpotRequestRecord } from "./records.ts";

const nowMs = 1_000_000;
const request = (changes: Partial<SpotRequestRecord>) =>
  ({
    type: "one-time",
    state: "open",
    maxPrice: "0.100000",
    status: { code: "pending-evaluation", message: "", updatedMs: 0 },
    ...changes,
  }) as SpotRequestRecord;
const instance = (state: InstanceRecord["state"], reason?: keyof typeof stateReasons) => ({
  state,
  ...(reason && { stateReason: stateReasons[reason] }),
});
const market: Market = { nowMs, price: 0.05, cause: undefined };
const persistent = { type: "persistent" } as const;
const active = { state: "active" } as const;

const cases: [
  string,
  Partial<SpotRequestRecord>,
  ReturnType<typeof instance> | undefined,
  Partial<Market>,
  RequestStep,
][] = [
  ["an open request is fulfilled", {}, undefined, {}, { do: "launch" }],
  [
    "before its date it waits",
    { validFromMs: nowMs + 5 },
    undefined,
    {},
    { do: "set", state: "open", code: "not-scheduled-yet", afterMs: 5 },
  ],
  [
    "after its date it is closed",
    { validUntilMs: nowMs },
    undefined,
    {},
    { do: "set", state: "closed", code: "schedule-expired" },
  ],
  [
    "a price above the maximum lets it wait",
    {},
    undefined,
    { price: 0.2 },
    { do: "set", state: "open", code: "price-too-low", afterMs: 60_000 },
  ],
  [
    "a pool without capacity lets it wait",
    { noCapacityUntilMs: nowMs + 9 },
    undefined,
    {},
    { do: "set", state: "open", code: "capacity-not-available", afterMs: 9 },
  ],
  ["while its instance runs nothing happens", active, instance("running"), {}, { do: "wait" }],
  [
    "a one-time request ends with its instance",
    active,
    instance("shutting-down"),
    {},
    { do: "set", state: "closed", code: "instance-terminated-by-user" },
  ],
  [
    "a persistent one opens again",
    { ...active, ...persistent },
    instance("terminated"),
    { cause: "price" },
    { do: "set", state: "open", code: "instance-terminated-by-price", lets: true },
  ],
  [
    "unless its time is over",
    { ...active, ...persistent, validUntilMs: nowMs },
    instance("terminated"),
    { cause: "capacity" },
    { do: "set", state: "closed", code: "instance-terminated-no-capacity" },
  ],
  [
    "a stop disables it",
    { ...active, ...persistent },
    instance("stopping"),
    {},
    { do: "set", state: "disabled", code: "instance-stopped-by-user" },
  ],
  [
    "what its user stopped stays so",
    { ...persistent, state: "disabled" },
    instance("stopped", "userShutdown"),
    {},
    { do: "wait" },
  ],
  [
    "what EC2 stopped starts when there is capacity",
    { ...persistent, state: "disabled" },
    instance("stopped", "spotShutdown"),
    {},
    { do: "restart" },
  ],
  [
    "and not before",
    { ...persistent, state: "disabled", noCapacityUntilMs: nowMs + 7 },
    instance("stopped", "spotShutdown"),
    {},
    { do: "wait", afterMs: 7 },
  ],
  [
    "what is over is forgotten after two days",
    { state: "closed", status: { code: "schedule-expired", message: "", updatedMs: 0 } },
    undefined,
    { nowMs: 48 * 3_600_000 },
    { do: "forget" },
  ],
  [
    "a cancelled request stays as long as its instance",
    {
      state: "cancelled",
      status: { code: "request-canceled-and-instance-running", message: "", updatedMs: 0 },
    },
    instance("running"),
    { nowMs: 48 * 3_600_000 },
    { do: "wait" },
  ],
  [
    "a start makes it active again",
    { ...persistent, state: "disabled" },
    instance("pending"),
    {},
    { do: "set", state: "active", code: "fulfilled" },
  ],
];
for (const [name, changes, seen, at, expected] of cases)
  test(name, () => {
    assert.deepEqual(planRequest(request(changes), seen, { ...market, ...at }), expected);
  });

test("the recommendation comes first, the notice two minutes before, then the end", () => {
  const interruptMs = nowMs + 5 * 60_000;
  const record = {
    instanceId: "i-1",
    cause: "capacity",
    startedMs: nowMs,
    interruptMs,
    action: "terminate",
    told: {},
  } as const;
  const at = (told: object, timeMs: number) =>
    planInterruption({ ...record, told }, instance("running"), timeMs);
  assert.deepEqual(at({}, nowMs), { do: "tell-rebalance" });
  const first = { rebalance: true };
  assert.deepEqual(at(first, nowMs), { do: "wait", afterMs: 180_000 });
  assert.deepEqual(at(first, interruptMs - noticeMs), { do: "tell-warning" });
  const both = { ...first, warning: true };
  assert.deepEqual(at(both, interruptMs - 1), { do: "wait", afterMs: 1 });
  assert.deepEqual(at(both, interruptMs), { do: "interrupt" });
  assert.deepEqual(planInterruption(record, instance("terminated"), nowMs), { do: "forget" });
});
