/** Lets scheduled rules act when their time has come. */
import { isoSeconds } from "#runtime/date.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler, ReconcileResult } from "#services/kit/reconciler.ts";
import { ruleArn } from "../buses.ts";
import { addDeliveries, countTriggered } from "../publish.ts";
import { rules, type RuleRecord } from "../records.ts";
import { nextRun } from "../schedule.ts";
import type { EventsState } from "../state.ts";

interface Outcome extends ReconcileResult {
  /** The rule whose time had come. */
  acted?: RuleRecord;
}

export function createSchedule(env: Environment, state: EventsState): Reconciler {
  const { clock, store, random } = env;
  return {
    name: "events/schedule",
    watches: [{ collection: rules }],
    async reconcile(scope, [bus, name]) {
      const { acted, ...result } = await store.transaction(async (tx): Promise<Outcome> => {
        const rule = await rules.get(tx, scope, bus!, name!);
        if (rule?.schedule === undefined || rule.nextMs === undefined || rule.state === "DISABLED")
          return {};
        const nowMs = clock.now();
        if (rule.nextMs > nowMs) return { afterMs: rule.nextMs - nowMs };
        const dueMs = rule.nextMs;
        // Times that passed while Fogbank was down are made up for by this one act.
        const following = nextRun(rule.schedule, dueMs);
        const nextMs =
          following !== undefined && following <= nowMs ? nextRun(rule.schedule, nowMs) : following;
        const { nextMs: _, ...rest } = rule;
        rules.put(tx, scope, [rule.bus, rule.name], {
          ...rest,
          ...(nextMs !== undefined && { nextMs }),
        });
        addDeliveries(tx, env, scope, rule, {
          version: "0",
          id: random.uuid(),
          "detail-type": "Scheduled Event",
          source: "aws.events",
          account: scope.account,
          time: isoSeconds(dueMs),
          region: scope.region,
          resources: [ruleArn(scope, rule.bus, rule.name)],
          detail: {},
        });
        return { acted: rule };
      });
      if (acted) countTriggered(state.counters, scope, acted);
      return result;
    },
  };
}
