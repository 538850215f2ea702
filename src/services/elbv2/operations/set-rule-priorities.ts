import type { Operation } from "#services/kit/service.ts";
import { defaultRuleFixed, priorityInUse, validationError } from "../errors.ts";
import { findRule } from "../find.ts";
import { rules, type RuleRecord } from "../records.ts";
import { ruleShape } from "../shapes.ts";
import type { State } from "../state.ts";

/** All at once, so that rules can change places. */
export const setRulePriorities: Operation<"elbv2", "SetRulePriorities", State> = async (
  { RulePriorities },
  context,
) => {
  const given = RulePriorities ?? [];
  if (given.length === 0) throw validationError("At least one rule priority must be specified");
  for (const { Priority } of given)
    if (given.filter((other) => other.Priority === Priority).length > 1)
      throw validationError(`Priority '${Priority}' was provided multiple times`);
  for (const { RuleArn } of given)
    if (given.filter((other) => other.RuleArn === RuleArn).length > 1)
      throw validationError(`Rule '${RuleArn}' was provided multiple times`);
  const changed = await context.store.transaction(async (tx) => {
    const moved: RuleRecord[] = [];
    for (const { RuleArn, Priority } of given) {
      const found = await findRule(tx, context, RuleArn);
      if ("defaultOf" in found) throw defaultRuleFixed(RuleArn!, "re-prioritized");
      if (Priority === undefined) throw validationError("A rule priority must be specified");
      const { rule, id } = found;
      const siblings = await rules.list(tx, context, id.slice(0, 2));
      const taken = siblings.some(
        (other) =>
          other.priority === Priority && !given.some(({ RuleArn: arn }) => arn === other.arn),
      );
      if (taken) throw priorityInUse(Priority);
      const record = { ...rule, priority: Priority };
      rules.put(tx, context, id, record);
      moved.push(record);
    }
    return moved;
  });
  return { Rules: changed.map(ruleShape) };
};
