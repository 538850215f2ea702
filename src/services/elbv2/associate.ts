/** What must hold when a listener or rule comes to forward to target groups. */
import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { targetGroupsOf } from "./actions.ts";
import {
  invalidConfiguration,
  targetGroupAssociated,
  tooManyTargetGroupsOfBalancer,
} from "./errors.ts";
import { findTargetGroup, readAssociations } from "./find.ts";
import { limits } from "./limits.ts";
import { loadBalancers } from "./records.ts";

/** Throws when one of the groups does not exist, is elsewhere, or serves another load balancer. */
export async function checkForwards(
  tx: Transaction,
  scope: Scope,
  loadBalancerName: string,
  actions: readonly Action[],
): Promise<void> {
  const arns = targetGroupsOf(actions);
  if (arns.length === 0) return;
  const balancer = await loadBalancers.get(tx, scope, loadBalancerName);
  const associations = await readAssociations(tx, scope);
  const taken: string[] = [];
  for (const arn of arns) {
    const group = await findTargetGroup(tx, scope, arn);
    if (balancer && group.vpcId !== balancer.vpcId)
      throw invalidConfiguration(
        `The following target groups are not in the same VPC as the load balancer: ${arn}`,
      );
    if ([...associations.balancersOf(arn)].some((name) => name !== loadBalancerName))
      taken.push(arn);
  }
  if (taken.length > 0) throw targetGroupAssociated(taken);
  const all = new Set([...associations.groupsOf(loadBalancerName), ...arns]);
  if (all.size > limits.targetGroupsPerLoadBalancer)
    throw tooManyTargetGroupsOfBalancer(balancer!.arn);
}
