/** Rules by what requests call them, and as answers show them. */
import type { Rule, RuleState } from "@aws-sdk/client-eventbridge";
import type { Clock } from "#runtime/clock.ts";
import type { Principal } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { busPlace, findBus, ruleArn, type BusPlace } from "./buses.ts";
import { managedRule, ruleNotFound } from "./errors.ts";
import { rules, type RuleRecord } from "./records.ts";

export interface FoundRule extends BusPlace {
  rule: RuleRecord;
}

/** Throws ResourceNotFoundException. */
export async function findRule(
  tx: Transaction,
  name: string | undefined,
  busNameOrArn: string | undefined,
  context: Scope & { readonly clock: Clock },
): Promise<FoundRule> {
  const place = busPlace(busNameOrArn, context);
  await findBus(tx, place, context.clock);
  const rule = await rules.get(tx, place.scope, place.name, name ?? "");
  if (!rule) throw ruleNotFound(name ?? "", place.name);
  return { ...place, rule };
}

/** Rules that a service made are that service's to change. Throws ManagedRuleException. */
export function refuseManaged(
  { name, managedBy }: RuleRecord,
  { arn, type }: Principal,
  force = false,
): void {
  if (managedBy !== undefined && !force && !(type === "service" && arn === managedBy))
    throw managedRule(name);
}

export function describeRule(scope: Scope, rule: RuleRecord): Rule {
  const { name, bus, description, pattern, schedule, state, roleArn, managedBy } = rule;
  return {
    Name: name,
    Arn: ruleArn(scope, bus, name),
    ...(pattern !== undefined && { EventPattern: pattern }),
    ...(schedule !== undefined && { ScheduleExpression: schedule }),
    State: state as RuleState,
    ...(description !== undefined && { Description: description }),
    ...(roleArn !== undefined && { RoleArn: roleArn }),
    ...(managedBy !== undefined && { ManagedBy: managedBy }),
    EventBusName: bus,
  };
}
