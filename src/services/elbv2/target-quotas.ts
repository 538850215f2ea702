/** How many targets a load balancer may have, over all its target groups. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { attributeOf } from "./attributes.ts";
import { tooManyTargetsOfBalancer } from "./errors.ts";
import { balancerTable, isNetwork } from "./kinds.ts";
import { limits } from "./limits.ts";
import { targetGroups, targets, type LoadBalancerRecord } from "./records.ts";

/**
 * Throws when the groups have too many for it. A target counts once for each group that it is in.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html
 */
export async function checkTargetQuotas(
  tx: Transaction,
  scope: Scope,
  balancer: LoadBalancerRecord,
  groupArns: ReadonlySet<string>,
): Promise<void> {
  const across = crossesZones(balancer);
  let total = 0;
  const byZone = new Map<string, number>();
  for (const { arn, name, targetType } of await targetGroups.list(tx, scope)) {
    if (!groupArns.has(arn)) continue;
    for (const { zone, drainingUntilMs } of await targets.list(tx, scope, [name])) {
      if (drainingUntilMs !== undefined) continue;
      const weight = targetType === "alb" ? limits.targetsPerBalancerBehind[across ? 1 : 0] : 1;
      total += weight;
      if (zone !== "all") byZone.set(zone, (byZone.get(zone) ?? 0) + weight);
    }
  }
  if (isNetwork(balancer)) {
    const perZone = limits.targetsPerZoneAndNetworkLoadBalancer;
    const inAZone = Math.max(0, ...byZone.values());
    // Across zones "the maximum number of targets per load balancer is 500, regardless of the number of zones".
    const most = across ? perZone : limits.targetsPerNetworkLoadBalancer;
    if (total > most || inAZone > perZone) throw tooManyTargetsOfBalancer(balancer.arn);
  } else if (total > limits.targetsPerLoadBalancer) throw tooManyTargetsOfBalancer(balancer.arn);
}

function crossesZones(balancer: LoadBalancerRecord): boolean {
  const key = "load_balancing.cross_zone.enabled";
  return attributeOf(balancerTable(balancer), balancer.attributes, key) === "true";
}
