import type { Operation } from "#services/kit/service.ts";
import { readArn } from "../arns.ts";
import { rulesNotFound, validationError } from "../errors.ts";
import { findListener } from "../find.ts";
import { pageOf } from "../paging.ts";
import { listeners, rules } from "../records.ts";
import { defaultRuleShape, ruleShape } from "../shapes.ts";
import type { State } from "../state.ts";

/** In order of priority, the default rule last. */
export const describeRules: Operation<"elbv2", "DescribeRules", State> = async (input, context) => {
  const { ListenerArn, RuleArns } = input;
  if (ListenerArn === undefined && !RuleArns?.length)
    throw validationError("You must specify either listener rule ARNs or a listener ARN");
  if (ListenerArn !== undefined && RuleArns?.length)
    throw validationError(
      "Listener rule ARNs and a listener ARN cannot be specified at the same time",
    );
  for (const arn of RuleArns ?? []) readArn("listener rule", arn);
  const found = await context.store.transaction(async (tx) => {
    if (ListenerArn !== undefined) {
      const listener = await findListener(tx, context, ListenerArn);
      const own = await rules.list(tx, context, [listener.loadBalancerName, listener.id]);
      return [...own.map(ruleShape), defaultRuleShape(listener)];
    }
    const all = [
      ...(await rules.list(tx, context)).map(ruleShape),
      ...(await listeners.list(tx, context)).map(defaultRuleShape),
    ];
    const wanted = all.filter(({ RuleArn }) => RuleArns!.includes(RuleArn!));
    if (wanted.length < new Set(RuleArns).size) throw rulesNotFound();
    return wanted;
  });
  const { items, NextMarker } = pageOf(
    found,
    input,
    ({ Priority, RuleArn }) =>
      `${Priority === "default" ? "d" : Priority!.padStart(6, "0")} ${RuleArn}`,
  );
  return { Rules: items, NextMarker };
};
