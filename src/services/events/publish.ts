/** An event comes to a bus: each target of each rule that wants it gets a delivery. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { MinuteCounters } from "#services/kit/minute-counters.ts";
import type { Environment } from "#services/kit/service.ts";
import { ruleArn } from "./buses.ts";
import { deliveries, type Envelope, type RuleRecord } from "./records.ts";
import type { EventsState } from "./state.ts";

type Tools = Pick<Environment, "clock" | "random" | "store">;

export interface Arrival {
  scope: Scope;
  bus: string;
  event: Envelope;
  /** A replay may be for some rules only. */
  ruleArns?: readonly string[];
}

export async function publish(
  env: Tools,
  state: EventsState,
  arrivals: readonly Arrival[],
): Promise<void> {
  const wanted: { scope: Scope; event: Envelope; rule: RuleRecord }[] = [];
  for (const { scope, bus, event, ruleArns = [] } of arrivals)
    for (const { rule, wants } of await state.rulesOf(scope, bus)) {
      const chosen =
        ruleArns.length === 0 || ruleArns.includes(ruleArn(scope, rule.bus, rule.name));
      if (chosen && rule.targets.length > 0 && wants(event)) wanted.push({ scope, event, rule });
    }
  if (wanted.length === 0) return;
  for (const { scope, rule } of wanted) countTriggered(state.counters, scope, rule);
  await env.store.transaction((tx) => {
    for (const { scope, event, rule } of wanted) addDeliveries(tx, env, scope, rule, event);
  });
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
export function countTriggered(counters: MinuteCounters, scope: Scope, rule: RuleRecord): void {
  const dimensions = dimensionsOf(ruleArn(scope, rule.bus, rule.name));
  for (const metric of ["MatchedEvents", "TriggeredRules"])
    counters.add(scope, { metric, unit: "Count", dimensions }, 1);
}

/** A rule's metrics have its name, and that of its bus unless it is the default one. */
export function dimensionsOf(arn: string): Record<string, string> {
  const parts = arn.split(":rule/")[1]?.split("/") ?? [];
  const RuleName = parts.at(-1) ?? "";
  return parts.length > 1 ? { EventBusName: parts[0]!, RuleName } : { RuleName };
}

/** Leaves one delivery for each target of the rule. */
export function addDeliveries(
  tx: Transaction,
  { clock, random }: Pick<Tools, "clock" | "random">,
  scope: Scope,
  rule: RuleRecord,
  event: Envelope,
): void {
  const nowMs = clock.now();
  for (const target of rule.targets) {
    const id = `${Math.floor(nowMs).toString(36)}-${random.hex(12)}`;
    deliveries.put(tx, scope, [id], {
      event,
      ruleArn: ruleArn(scope, rule.bus, rule.name),
      target,
      acceptedMs: nowMs,
      attempts: 0,
      dueMs: nowMs,
    });
  }
}
