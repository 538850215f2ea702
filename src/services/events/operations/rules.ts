/** Rules: shown, switched on and off, deleted, listed. */
import type { Context, Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { busPlace, findBus } from "../buses.ts";
import { invalidToken, ruleNotFound, validation } from "../errors.ts";
import { limits } from "../limits.ts";
import { rules, type RuleRecord } from "../records.ts";
import { describeRule, findRule, refuseManaged } from "../rules.ts";
import { nextRun } from "../schedule.ts";
import type { EventsState } from "../state.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DescribeRule.html */
export const describeRuleOperation: Operation<"events", "DescribeRule", EventsState> = async (
  input,
  context,
) => {
  const place = busPlace(input.EventBusName, context);
  const rule = await context.store.transaction(async (tx) => {
    await findBus(tx, place, context.clock);
    return rules.get(tx, place.scope, place.name, input.Name ?? "");
  });
  if (!rule) throw ruleNotFound(input.Name ?? "");
  return { ...describeRule(place.scope, rule), CreatedBy: rule.createdBy };
};

async function switchRule(
  input: { Name?: string | undefined; EventBusName?: string | undefined },
  context: Context<EventsState>,
  state: string,
): Promise<void> {
  await context.store.transaction(async (tx) => {
    const { scope, rule } = await findRule(tx, input.Name, input.EventBusName, context);
    refuseManaged(rule, context.principal);
    if (rule.state === state) return;
    const { nextMs: _, ...rest } = rule;
    const nextMs =
      rule.schedule === undefined ? undefined : nextRun(rule.schedule, context.clock.now());
    rules.put(tx, scope, [rule.bus, rule.name], {
      ...rest,
      state,
      ...(nextMs !== undefined && { nextMs }),
    });
  });
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_EnableRule.html */
export const enableRule: Operation<"events", "EnableRule", EventsState> = async (
  input,
  context,
) => {
  await switchRule(input, context, "ENABLED");
  return {};
};

export const disableRule: Operation<"events", "DisableRule", EventsState> = async (
  input,
  context,
) => {
  await switchRule(input, context, "DISABLED");
  return {};
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html: a rule that is not there is no error. */
export const deleteRule: Operation<"events", "DeleteRule", EventsState> = async (
  input,
  context,
) => {
  const place = busPlace(input.EventBusName, context);
  await context.store.transaction(async (tx) => {
    const rule = await rules.get(tx, place.scope, place.name, input.Name ?? "");
    if (!rule) return;
    refuseManaged(rule, context.principal, input.Force);
    if (rule.targets.length > 0) throw validation("Rule can't be deleted since it has targets.");
    rules.delete(tx, place.scope, rule.bus, rule.name);
  });
  return {};
};

interface Page {
  EventBusName?: string | undefined;
  Limit?: number | undefined;
  NextToken?: string | undefined;
}

async function listed(
  input: Page,
  context: Context<EventsState>,
  wanted: (rule: RuleRecord) => boolean,
) {
  const place = busPlace(input.EventBusName, context);
  const found = await context.store.transaction(async (tx) => {
    await findBus(tx, place, context.clock);
    return rules.list(tx, place.scope, [place.name]);
  });
  const { items, nextToken } = paginate(found.filter(wanted), {
    limit: input.Limit ?? limits.listPage,
    token: input.NextToken,
    keyOf: ({ name }) => name,
    invalidToken,
  });
  return { items, scope: place.scope, next: nextToken !== undefined && { NextToken: nextToken } };
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html */
export const listRules: Operation<"events", "ListRules", EventsState> = async (input, context) => {
  const { NamePrefix: prefix = "" } = input;
  const { items, scope, next } = await listed(input, context, ({ name }) =>
    name.startsWith(prefix),
  );
  return { Rules: items.map((rule) => describeRule(scope, rule)), ...next };
};

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRuleNamesByTarget.html */
export const listRuleNamesByTarget: Operation<
  "events",
  "ListRuleNamesByTarget",
  EventsState
> = async (input, context) => {
  const { items, next } = await listed(input, context, ({ targets }) =>
    targets.some(({ Arn }) => Arn === input.TargetArn),
  );
  return { RuleNames: items.map(({ name }) => name), ...next };
};
