/** Brings a resource to the capacity that was wished for, and holds it within the target's bounds. */
import { AwsError } from "#model/error.ts";
import type { Environment } from "#services/kit/service.ts";
import type { ReconcileResult, Reconciler } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import { limits } from "../limits.ts";
import { syncAlarms } from "../policies/watch.ts";
import { policies, targetKey, targets, type TargetRecord, type Wish } from "../records.ts";
import { resourceOf } from "../resources/lookup.ts";
import type { Standing } from "../resources/scalable-resource.ts";
import type { ScalingState } from "../state.ts";
import { changeActivity } from "../targets/activities.ts";
import { wishFor } from "../targets/wish.ts";

/** What passes by itself: the resource is being changed by somebody else. */
const passing = new Set(["ResourceInUseException", "FailedResourceAccessException"]);

export function targetReconciler(env: Environment, state: ScalingState): Reconciler {
  return {
    name: "applicationautoscaling/target",
    watches: [{ collection: targets }],
    async reconcile(scope, id) {
      const target = await env.store.transaction((tx) => targets.get(tx, scope, ...id));
      if (!target || (!target.wish && !target.unbounded)) return undefined;
      const resource = resourceOf(target);
      const context = { env, http: state.http, scope };
      const soon = { afterMs: limits.changingCheckMs };
      try {
        const standing = await resource.read(context, target);
        if (!target.wish) {
          await holdBounds(env, scope, target, standing.capacity);
          return {};
        }
        return await pursue(target, target.wish, standing);
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        const { wish } = target;
        // Without a wish there is nothing to fail; the bounds are held once the resource answers.
        if (!wish) return { afterMs: limits.absentCheckMs };
        if (!passing.has(error.code) || overdue(wish))
          await settle(scope, target, wish, error.message);
        return soon;
      }

      async function pursue(
        of: TargetRecord,
        wish: Wish,
        { capacity, changing, failure }: Standing,
      ): Promise<ReconcileResult> {
        if (capacity === wish.capacity && !changing) {
          await settle(scope, of, wish, undefined);
          return {};
        }
        if (wish.askedMs !== undefined && !changing && (failure !== undefined || overdue(wish))) {
          await settle(scope, of, wish, failure ?? "the resource did not get there in time");
          return {};
        }
        if (changing || wish.askedMs !== undefined) return soon;
        await resource.write(context, of, wish.capacity);
        await markAsked(scope, of, wish);
        return soon;
      }
    },
  };

  function overdue({ askedMs, activity }: Wish): boolean {
    return env.clock.now() > (askedMs ?? activity.startMs) + limits.fulfilledWithinMs;
  }

  async function markAsked(scope: Scope, target: TargetRecord, { activity }: Wish): Promise<void> {
    const writing = { random: env.random, scope, nowMs: env.clock.now() };
    await env.store.transaction(async (tx) => {
      const present = await targets.get(tx, scope, ...targetKey(target));
      if (present?.wish?.activity.id !== activity.id) return;
      const wish = { ...present.wish, askedMs: writing.nowMs };
      targets.put(tx, scope, targetKey(target), { ...present, wish });
      await changeActivity(tx, writing, target, activity, {
        status: "InProgress",
        statusMessage: `Successfully set ${resourceOf(target).noun(target.dimension)} to ${wish.capacity}. Waiting for change to be fulfilled by ${target.namespace}.`,
      });
    });
  }

  /** The wish came true, or failed for a reason. */
  async function settle(
    scope: Scope,
    target: TargetRecord,
    wish: Wish,
    failure: string | undefined,
  ): Promise<void> {
    const noun = resourceOf(target).noun(target.dimension);
    const nowMs = env.clock.now();
    const own = await env.store.transaction(async (tx) => {
      const present = await targets.get(tx, scope, ...targetKey(target));
      if (present?.wish?.activity.id !== wish.activity.id) return [];
      const { wish: _, ...rest } = present;
      const moved = failure === undefined && wish.policy !== undefined;
      targets.put(tx, scope, targetKey(target), {
        ...rest,
        ...(moved && {
          last: {
            direction: wish.capacity > wish.from ? ("out" as const) : ("in" as const),
            atMs: nowMs,
            from: wish.from,
          },
        }),
      });
      await changeActivity(
        tx,
        { random: env.random, scope, nowMs },
        target,
        wish.activity,
        failure === undefined
          ? {
              status: "Successful",
              statusMessage: `Successfully set ${noun} to ${wish.capacity}. Change successfully fulfilled by ${target.namespace}.`,
            }
          : {
              status: "Failed",
              statusMessage: `Failed to set ${noun} to ${wish.capacity}. Reason: ${failure}`,
            },
      );
      return policies.list(tx, scope, targetKey(target));
    });
    if (failure === undefined) await syncAlarms(env, scope, own, wish.capacity);
  }
}

async function holdBounds(
  env: Environment,
  scope: Scope,
  target: TargetRecord,
  capacity: number,
): Promise<void> {
  const nowMs = env.clock.now();
  await env.store.transaction(async (tx) => {
    const present = await targets.get(tx, scope, ...targetKey(target));
    if (!present?.unbounded || present.wish) return;
    const { unbounded: _, ...held } = present;
    targets.put(tx, scope, targetKey(target), held);
    const { min, max } = held;
    const wanted = Math.min(max, Math.max(min, capacity));
    if (wanted === capacity) return;
    await wishFor(tx, { random: env.random, scope, nowMs }, held, {
      capacity: wanted,
      from: capacity,
      cause:
        wanted > capacity
          ? `minimum capacity was set to ${min}`
          : `maximum capacity was set to ${max}`,
      noun: resourceOf(target).noun(target.dimension),
    });
  });
}
