/** What a rule's events go to. */
import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { invalidToken, limitExceeded } from "../errors.ts";
import { limits } from "../limits.ts";
import { rules } from "../records.ts";
import { findRule, refuseManaged } from "../rules.ts";
import type { EventsState } from "../state.ts";
import { checkTargets } from "../targets.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html */
export const putTargets: Operation<"events", "PutTargets", EventsState> = async (
  input,
  context,
) => {
  const given = input.Targets ?? [];
  checkTargets(given);
  await context.store.transaction(async (tx) => {
    const { scope, rule } = await findRule(tx, input.Rule, input.EventBusName, context);
    refuseManaged(rule, context.principal);
    const byId = new Map([...rule.targets, ...given].map((target) => [target.Id!, target]));
    const targets = [...byId.values()].toSorted((a, b) => (a.Id! < b.Id! ? -1 : 1));
    if (targets.length > limits.targetsPerRule) throw limitExceeded();
    rules.put(tx, scope, [rule.bus, rule.name], { ...rule, targets });
  });
  return { FailedEntryCount: 0, FailedEntries: [] };
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemoveTargets.html */
export const removeTargets: Operation<"events", "RemoveTargets", EventsState> = async (
  input,
  context,
) => {
  const ids = new Set(input.Ids ?? []);
  await context.store.transaction(async (tx) => {
    const { scope, rule } = await findRule(tx, input.Rule, input.EventBusName, context);
    refuseManaged(rule, context.principal, input.Force);
    const targets = rule.targets.filter(({ Id }) => !ids.has(Id!));
    rules.put(tx, scope, [rule.bus, rule.name], { ...rule, targets });
  });
  return { FailedEntryCount: 0, FailedEntries: [] };
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListTargetsByRule.html */
export const listTargetsByRule: Operation<"events", "ListTargetsByRule", EventsState> = async (
  input,
  context,
) => {
  const { rule } = await context.store.transaction((tx) =>
    findRule(tx, input.Rule, input.EventBusName, context),
  );
  const { items, nextToken } = paginate(rule.targets, {
    limit: input.Limit ?? limits.listPage,
    token: input.NextToken,
    keyOf: ({ Id }) => Id!,
    invalidToken,
  });
  return { Targets: items, ...(nextToken !== undefined && { NextToken: nextToken }) };
};
