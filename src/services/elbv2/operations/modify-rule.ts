import type { Operation } from "#services/kit/service.ts";
import { keepSecrets, readActions } from "../actions.ts";
import { checkForwards } from "../associate.ts";
import { readConditions } from "../conditions.ts";
import { defaultRuleFixed, invalidConfiguration, validationError } from "../errors.ts";
import { findListener, findRule } from "../find.ts";
import { isNetworkProtocol } from "../kinds.ts";
import {
  checkNetworkActions,
  readNetworkConditions,
} from "../network-load-balancers/listener-input.ts";
import { rules } from "../records.ts";
import { ruleShape } from "../shapes.ts";
import type { State } from "../state.ts";
import { checkRegexes, readTransforms } from "../transforms.ts";

/** What is left out stays as it is. */
export const modifyRule: Operation<"elbv2", "ModifyRule", State> = async (input, context) => {
  if (!input.Conditions && !input.Actions && !input.Transforms && !input.ResetTransforms)
    throw validationError("Either conditions or actions must be specified");
  if (input.Transforms?.length && input.ResetTransforms)
    throw validationError("Transforms and ResetTransforms cannot be specified at the same time");
  const transforms = input.Transforms && readTransforms(input.Transforms);
  const actions = input.Actions && readActions(input.Actions);
  await checkRegexes(input.Conditions, transforms);
  const record = await context.store.transaction(async (tx) => {
    const found = await findRule(tx, context, input.RuleArn);
    if ("defaultOf" in found) throw defaultRuleFixed(input.RuleArn!, "modified");
    const { rule, id } = found;
    const { protocol } = await findListener(tx, context, rule.listenerArn);
    const network = isNetworkProtocol(protocol);
    const conditions =
      input.Conditions && (network ? readNetworkConditions : readConditions)(input.Conditions);
    if (network && actions) checkNetworkActions(actions);
    if (network && transforms?.length)
      throw invalidConfiguration(`Transforms are not supported by ${protocol} listeners`);
    if (actions) await checkForwards(tx, context, id[0]!, protocol, actions);
    const changed = {
      ...rule,
      conditions: conditions ?? rule.conditions,
      actions: actions ? keepSecrets(actions, rule.actions) : rule.actions,
      transforms: input.ResetTransforms ? [] : (transforms ?? rule.transforms ?? []),
    };
    rules.put(tx, context, id, changed);
    return changed;
  });
  return { Rules: [ruleShape(record)] };
};
