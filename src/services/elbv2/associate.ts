/** What must hold when a listener or rule comes to forward to target groups. */
import type { Action } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { asksClients, targetGroupsOf } from "./actions.ts";
import {
  invalidAction,
  forwardedGroupsNotFound,
  incompatibleProtocols,
  invalidConfiguration,
  targetGroupAssociated,
  tooManyTargetGroupsOfBalancer,
} from "./errors.ts";
import { readArn } from "./arns.ts";
import { checkDatagrams, ipv6GroupOnIpv4, isDualstack } from "./ip-address-type.ts";
import { readAssociations } from "./find.ts";
import { limits } from "./limits.ts";
import { isNetworkProtocol } from "./kinds.ts";
import { checkTargetQuotas } from "./target-quotas.ts";
import {
  loadBalancers,
  targetGroups,
  type ListenerRecord,
  type TargetGroupRecord,
} from "./records.ts";

/** Throws when the listener cannot do that, or one of the groups does not exist, is elsewhere, or serves another load balancer. */
export async function checkForwards(
  tx: Transaction,
  scope: Scope,
  loadBalancerName: string,
  protocol: ListenerRecord["protocol"],
  actions: readonly Action[],
): Promise<void> {
  const asking = protocol === "HTTP" ? actions.find(asksClients) : undefined;
  if (asking)
    throw invalidAction(`Actions of type '${asking.Type}' are supported only on HTTPS listeners`);
  // https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html
  if (protocol === "HTTPS" && actions.some(({ RedirectConfig: to }) => to?.Protocol === "HTTP"))
    throw invalidAction("You cannot redirect HTTPS to HTTP");
  const arns = targetGroupsOf(actions);
  if (arns.length === 0) return;
  const balancer = await loadBalancers.get(tx, scope, loadBalancerName);
  const associations = await readAssociations(tx, scope);
  const taken: string[] = [];
  const groups: TargetGroupRecord[] = [];
  for (const arn of arns) {
    const found = await targetGroups.get(tx, scope, readArn("target group", arn)[0]);
    if (found?.arn === arn) groups.push(found);
  }
  const missing = arns.filter((arn) => !groups.some((group) => group.arn === arn));
  if (missing.length > 0) throw forwardedGroupsNotFound(missing);
  for (const group of groups) {
    const { arn } = group;
    if (balancer && group.targetType !== "lambda" && group.vpcId !== balancer.vpcId)
      throw invalidConfiguration(
        `The following target groups are not in the same VPC as the load balancer: ${arn}`,
      );
    if (group.ipAddressType === "ipv6" && balancer && !isDualstack(balancer))
      throw ipv6GroupOnIpv4();
    checkProtocols(protocol, group);
    if ([...associations.balancersOf(arn)].some((name) => name !== loadBalancerName))
      taken.push(arn);
  }
  if (taken.length > 0) throw targetGroupAssociated(taken);
  if (balancer) checkDatagrams(balancer, protocol, groups);
  if (isNetworkProtocol(protocol) && new Set(groups.map((one) => one.ipAddressType)).size > 1)
    throw invalidConfiguration(
      `The following target groups must have the same IP address type: ${arns.join(", ")}`,
    );
  const all = new Set([...associations.groupsOf(loadBalancerName), ...arns]);
  if (all.size > limits.targetGroupsPerLoadBalancer)
    throw tooManyTargetGroupsOfBalancer(balancer!.arn);
  if (balancer) await checkTargetQuotas(tx, scope, balancer, all);
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html#listener-configuration */
function checkProtocols(listener: ListenerRecord["protocol"], group: TargetGroupRecord): void {
  const { protocol, targetType } = group;
  const allowed: Partial<Record<string, readonly string[]>> = {
    TCP: ["TCP", "TCP_UDP"],
    TLS: ["TLS", "TCP"],
    UDP: ["UDP", "TCP_UDP"],
    TCP_UDP: ["TCP_UDP"],
  };
  const fits = isNetworkProtocol(listener)
    ? allowed[listener]!.includes(protocol)
    : !isNetworkProtocol(protocol);
  if (!fits)
    throw incompatibleProtocols(
      `The listener and the following target groups have incompatible protocols: ${group.arn}`,
    );
  // As users see it: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html#target-group-protocol-version
  const { version = "HTTP1" } = group;
  if (listener === "HTTP" && version !== "HTTP1")
    throw invalidAction(
      `Listener protocol 'HTTP' is not supported with a target group with the protocol-version '${version}'`,
    );
  if (targetType === "alb" && listener !== "TCP")
    throw invalidConfiguration(
      `Target groups with target type 'alb' are not supported by ${listener} listeners`,
    );
}
