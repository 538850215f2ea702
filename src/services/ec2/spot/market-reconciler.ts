/** Plays the market: takes instances back whose price is too low, and as many as a rule's rate says. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler, ReconcileResult } from "#services/kit/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { instances, type InstanceRecord } from "../instances/records.ts";
import { beginInterruption } from "./interrupt.ts";
import { concerns, currentQuote, pricedOf } from "./market.ts";
import { noticeMs } from "./plan.ts";
import { marketRules, spotRequests } from "./records.ts";

const minuteMs = 60_000;

/** By instance: looks again whenever its pool's price changes. */
export function priceReconciler(env: Environment): Reconciler {
  const { store, clock } = env;
  return {
    name: "ec2/spot-price",
    watches: [{ collection: instances }],
    async reconcile(scope, [id]): Promise<ReconcileResult | void> {
      const instance = await store.transaction((tx) => instances.view(tx, scope, String(id)));
      if (instance?.spotRequestId === undefined || instance.state !== "running") return;
      const nowMs = clock.now();
      const untilMs = await store.transaction((tx) => charge(tx, scope, instance, nowMs));
      return { afterMs: untilMs - nowMs };
    },
  };
}

/** Interrupts the instance if it costs more than its request pays; gives when to look again. */
async function charge(
  tx: Transaction,
  scope: Scope,
  instance: InstanceRecord,
  nowMs: number,
): Promise<number> {
  const { instanceType, vcpus, memoryBytes, zone, spotRequestId } = instance;
  const type = pricedOf(instanceType, { vcpus, memoryBytes });
  const { price, untilMs } = await currentQuote(tx, scope, type, zone, nowMs);
  const request = await spotRequests.get(tx, scope, spotRequestId!);
  if (request && price > Number(request.maxPrice))
    await beginInterruption(tx, scope, instance, { cause: "price", nowMs, afterMs: noticeMs });
  return untilMs;
}

/** By rule: a rate is played once a minute; a new price is looked at once by every instance. */
export function marketRuleReconciler(env: Environment): Reconciler {
  const { store, clock, random } = env;
  return {
    name: "ec2/spot-market-rule",
    watches: [{ collection: marketRules }],
    async reconcile(scope, [id]): Promise<ReconcileResult | void> {
      const nowMs = clock.now();
      const rule = await store.transaction((tx) => marketRules.get(tx, scope, String(id)));
      if (!rule) return;
      if (rule.untilMs !== undefined && nowMs >= rule.untilMs)
        return store.transaction((tx) => marketRules.delete(tx, scope, rule.ruleId));
      const spots = (await store.transaction((tx) => instances.list(tx, scope))).filter(
        (one) => one.spotRequestId !== undefined && concerns(rule, one, nowMs),
      );
      const leftMs = (rule.untilMs ?? Infinity) - nowMs;
      if (rule.price !== undefined) {
        await store.transaction(async (tx) => {
          for (const instance of spots)
            if (instance.state === "running") await charge(tx, scope, instance, nowMs);
        });
        return Number.isFinite(leftMs) ? { afterMs: leftMs } : undefined;
      }
      const passedMs = nowMs - rule.playedMs;
      if (passedMs < minuteMs) return { afterMs: Math.min(minuteMs - passedMs, leftMs) };
      // So many of a thousand in an hour, whatever is left of them: the chance of one in this time.
      const chance = 1 - Math.exp((-rule.interruptedPerHour! * passedMs) / 3_600_000);
      await store.transaction(async (tx) => {
        for (const instance of spots)
          if (random.next() < chance)
            await beginInterruption(tx, scope, instance, {
              cause: "capacity",
              nowMs,
              afterMs: noticeMs,
            });
        marketRules.put(tx, scope, [rule.ruleId], { ...rule, playedMs: nowMs });
      });
      return { afterMs: Math.min(minuteMs, leftMs) };
    },
  };
}
