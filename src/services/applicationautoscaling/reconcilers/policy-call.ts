/** Answers the alarms that call policies. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { policyCalls, type PolicyCall } from "#services/kit/scaling/policy-calls.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { readingOf } from "../policies/alarms.ts";
import { steppedCapacity, trackedCapacity, type Situation } from "../policies/decide.ts";
import { readTracking, syncAlarms } from "../policies/watch.ts";
import {
  activities,
  policies,
  targetKey,
  targets,
  type PolicyRecord,
  type TargetRecord,
} from "../records.ts";
import { resourceOf } from "../resources/lookup.ts";
import type { ScalingState } from "../state.ts";
import { writeActivity } from "../targets/activities.ts";
import { wishFor } from "../targets/wish.ts";

/** An alarm calls again every minute; what is older was written before a long pause. */
const staleMs = 150_000;

export function policyCallReconciler(env: Environment, state: ScalingState): Reconciler {
  return {
    name: "applicationautoscaling/policy-call",
    watches: [{ collection: policyCalls }],
    async reconcile(scope, id) {
      const found = await env.store.transaction(async (tx) => {
        const call = await policyCalls.get(tx, scope, ...id);
        if (!call) return undefined;
        policyCalls.delete(tx, scope, ...id);
        return findCalled(tx, scope, call);
      });
      if (found && env.clock.now() < found.call.atMs + staleMs)
        await answer(env, state, scope, found);
    },
  };
}

interface Called {
  call: PolicyCall;
  target: TargetRecord;
  policy: PolicyRecord;
  /** All policies of the target. */
  all: PolicyRecord[];
}

async function findCalled(
  tx: Transaction,
  scope: Scope,
  call: PolicyCall,
): Promise<Called | undefined> {
  const [, namespace, resourceId] =
    /:resource\/([^/]+)\/(.+):policyName\/[^:]+$/.exec(call.policyArn) ?? [];
  if (namespace === undefined || resourceId === undefined) return undefined;
  const near = await policies.list(tx, scope, [namespace, resourceId]);
  const policy = near.find(({ arn }) => arn === call.policyArn);
  const target = policy && (await targets.get(tx, scope, ...targetKey(policy)));
  if (!target) return undefined;
  return { call, target, policy, all: near.filter((one) => one.dimension === policy.dimension) };
}

async function answer(
  env: Environment,
  state: ScalingState,
  scope: Scope,
  { call, target, policy, all }: Called,
): Promise<void> {
  const resource = resourceOf(target);
  const standing = await resource.read({ env, http: state.http, scope }, target);
  const { provisionedHigh, provisionedLow } = policy.tracking?.alarms ?? {};
  if (call.alarmName === provisionedHigh || call.alarmName === provisionedLow)
    return syncAlarms(env, scope, all, standing.capacity);
  const nowMs = env.clock.now();
  const situation = situationOf(target, standing.capacity, nowMs);
  const wanted = policy.tracking
    ? trackedCapacity(
        await readTracking(env, scope, all, resource.defaultCooldownSeconds, {
          policy,
          value:
            call.metricValue === undefined
              ? undefined
              : readingOf(policy.tracking, call.metricValue),
        }),
        situation,
      )
    : step(policy, call, resource.defaultCooldownSeconds, situation);
  if (wanted === undefined) return;
  const cause = `monitor alarm ${call.alarmName} in state ALARM triggered policy ${policy.name}`;
  await env.store.transaction(async (tx) => {
    const present = await targets.get(tx, scope, ...targetKey(target));
    if (!present || present.wish?.activity.id !== target.wish?.activity.id) return;
    const { current } = situation;
    if (wanted > current && present.suspended.scaleOut) return;
    if (wanted < current && present.suspended.scaleIn) return;
    const writing = { random: env.random, scope, nowMs };
    const capacity = Math.min(present.max, Math.max(present.min, wanted));
    if (capacity === current) {
      if (capacity !== wanted)
        await tellNotScaled(tx, writing, present, { cause, wanted, current });
      return;
    }
    await wishFor(tx, writing, present, {
      capacity,
      from: present.wish?.from ?? current,
      cause,
      noun: resource.noun(target.dimension),
      policy: policy.name,
    });
  });
}

/** A change that is under way counts as made, just now. */
function situationOf({ wish, last }: TargetRecord, capacity: number, nowMs: number): Situation {
  if (!wish) return { current: capacity, nowMs, last };
  const direction = wish.capacity > wish.from ? "out" : "in";
  return { current: wish.capacity, nowMs, last: { direction, atMs: nowMs, from: wish.from } };
}

function step(
  { stepping }: PolicyRecord,
  { metricValue, threshold }: PolicyCall,
  defaultCooldownSeconds: number,
  situation: Situation,
): number | undefined {
  if (!stepping || metricValue === undefined || threshold === undefined) return undefined;
  return steppedCapacity(stepping, { metricValue, threshold, defaultCooldownSeconds }, situation);
}

/** Alarms call every minute; the same reason is told once. */
async function tellNotScaled(
  tx: Transaction,
  writing: Parameters<typeof writeActivity>[1],
  target: TargetRecord,
  { cause, wanted, current }: { cause: string; wanted: number; current: number },
): Promise<void> {
  const out = wanted > current;
  const code = out ? "AlreadyAtMaxCapacity" : "AlreadyAtMinCapacity";
  const key = targetKey(target);
  const [latest] = await activities.list(tx, writing.scope, key, { limit: 1, reverse: true });
  if (latest?.notScaled?.code === code && latest.cause === cause) return;
  await writeActivity(tx, writing, target, {
    description: "Attempting to scale due to alarm triggered",
    cause,
    status: "Unfulfilled",
    endMs: writing.nowMs,
    statusMessage: `Failed to scale: the capacity is at its ${out ? "maximum" : "minimum"} already.`,
    notScaled: { code, current, ...(out ? { max: target.max } : { min: target.min }) },
  });
}
