import type { Operation } from "#services/kit/service.ts";
import { defaultRuleFixed } from "../errors.ts";
import { findRule } from "../find.ts";
import { rules } from "../records.ts";
import type { State } from "../state.ts";

export const deleteRule: Operation<"elbv2", "DeleteRule", State> = async ({ RuleArn }, context) => {
  await context.store.transaction(async (tx) => {
    const found = await findRule(tx, context, RuleArn);
    if ("defaultOf" in found) throw defaultRuleFixed(RuleArn!, "deleted");
    rules.delete(tx, context, ...found.id);
  });
  return {};
};
