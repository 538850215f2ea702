import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { putNotice } from "../notices.ts";
import { changeNotice, policyNotice } from "../parameter-notices.ts";
import { deleteParameter } from "../parameters.ts";
import { dueMs, reasonFor } from "../policies.ts";
import { parameters } from "../records.ts";

/** Does what parameters' policies ask for when their time has come: deletes, or tells of it. */
export function parameterPolicies({ store, clock, random }: Environment): Reconciler {
  return {
    name: "ssm/parameter-policies",
    watches: [{ collection: parameters }],
    reconcile: (scope, id) =>
      store.transaction(async (tx) => {
        const record = await parameters.get(tx, scope, ...id);
        if (!record || record.current.policies.length === 0) return;
        const { current } = record;
        const nowMs = clock.now();
        const waiting = current.policies.filter(({ done }) => !done);
        const due = waiting.filter((policy) => dueMs(policy, current) <= nowMs);
        for (const policy of due)
          putNotice(
            tx,
            scope,
            random,
            policyNotice(scope, record, policy, nowMs, reasonFor(policy)),
          );
        if (due.some(({ type }) => type === "Expiration")) {
          await deleteParameter(tx, scope, record.name);
          putNotice(tx, scope, random, changeNotice(scope, record, "Delete", nowMs));
          return;
        }
        if (due.length > 0) {
          const policies = current.policies.map((policy) =>
            due.includes(policy) ? { ...policy, done: true as const } : policy,
          );
          parameters.put(tx, scope, id, { ...record, current: { ...current, policies } });
        }
        const later = waiting.filter((policy) => !due.includes(policy));
        if (later.length === 0) return;
        return { afterMs: Math.min(...later.map((policy) => dueMs(policy, current))) - nowMs };
      }),
  };
}
