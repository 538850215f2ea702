import type { Operation } from "#services/kit/service.ts";
import { keepSecrets, readActions } from "../actions.ts";
import { newId, ruleArn } from "../arns.ts";
import { checkForwards } from "../associate.ts";
import { readConditions } from "../conditions.ts";
import { invalidConfiguration, priorityInUse, tooManyRules, validationError } from "../errors.ts";
import { findListener } from "../find.ts";
import { isNetworkProtocol } from "../kinds.ts";
import { isDualstack } from "../ip-address-type.ts";
import { limits } from "../limits.ts";
import {
  checkNetworkActions,
  readNetworkConditions,
} from "../network-load-balancers/listener-input.ts";
import { loadBalancers, rules, type RuleRecord } from "../records.ts";
import { ruleShape } from "../shapes.ts";
import type { State } from "../state.ts";
import { readTags } from "../tagging.ts";
import { checkRegexes, readTransforms } from "../transforms.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html */
export const createRule: Operation<"elbv2", "CreateRule", State> = async (input, context) => {
  const transforms = readTransforms(input.Transforms);
  const { Priority: priority } = input;
  if (priority === undefined) throw validationError("A rule priority must be specified");
  const actions = keepSecrets(readActions(input.Actions), []);
  const tags = readTags(input.Tags, context.principal);
  await checkRegexes(input.Conditions, transforms);
  const record = await context.store.transaction(async (tx) => {
    const listener = await findListener(tx, context, input.ListenerArn);
    const { loadBalancerName, loadBalancerArn, protocol } = listener;
    const network = isNetworkProtocol(protocol);
    const conditions = (network ? readNetworkConditions : readConditions)(input.Conditions);
    if (network) {
      checkNetworkActions(actions);
      if (transforms.length > 0)
        throw invalidConfiguration(`Transforms are not supported by ${protocol} listeners`);
      const balancer = await loadBalancers.get(tx, context, loadBalancerName);
      if (balancer && !isDualstack(balancer))
        throw invalidConfiguration(
          `Rules are not supported by listeners of network load balancers with IP address type '${balancer.ipAddressType}'`,
        );
    }
    const all = await rules.list(tx, context, [loadBalancerName]);
    if (all.some((rule) => rule.listenerArn === listener.arn && rule.priority === priority))
      throw priorityInUse(priority);
    if (all.length >= limits.rulesPerLoadBalancer) throw tooManyRules(loadBalancerArn);
    await checkForwards(tx, context, loadBalancerName, protocol, actions);
    const id = newId(context.random);
    const rule: RuleRecord = {
      arn: ruleArn(listener.arn, id),
      listenerArn: listener.arn,
      priority,
      conditions,
      actions,
      transforms,
      tags,
    };
    rules.put(tx, context, [loadBalancerName, listener.id, id], rule);
    return rule;
  });
  return { Rules: [ruleShape(record)] };
};
