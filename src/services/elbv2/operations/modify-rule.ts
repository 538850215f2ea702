import type { Operation } from "#services/kit/service.ts";
import { readActions } from "../actions.ts";
import { checkForwards } from "../associate.ts";
import { readConditions } from "../conditions.ts";
import { defaultRuleFixed, unsupported, validationError } from "../errors.ts";
import { findRule } from "../find.ts";
import { rules } from "../records.ts";
import { ruleShape } from "../shapes.ts";
import type { State } from "../state.ts";

/** What is left out stays as it is. */
export const modifyRule: Operation<"elbv2", "ModifyRule", State> = async (input, context) => {
  if (input.Transforms?.length) throw unsupported("rule transforms");
  if (!input.Conditions && !input.Actions && !input.ResetTransforms)
    throw validationError("Either conditions or actions must be specified");
  const conditions = input.Conditions && readConditions(input.Conditions);
  const actions = input.Actions && readActions(input.Actions);
  const record = await context.store.transaction(async (tx) => {
    const found = await findRule(tx, context, input.RuleArn);
    if ("defaultOf" in found) throw defaultRuleFixed(input.RuleArn!, "modified");
    const { rule, id } = found;
    if (actions) await checkForwards(tx, context, id[0]!, actions);
    const changed = {
      ...rule,
      conditions: conditions ?? rule.conditions,
      actions: actions ?? rule.actions,
    };
    rules.put(tx, context, id, changed);
    return changed;
  });
  return { Rules: [ruleShape(record)] };
};
