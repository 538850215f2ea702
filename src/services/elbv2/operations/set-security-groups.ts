import type { Operation } from "#services/kit/service.ts";
import { invalidConfiguration, unsupported, validationError } from "../errors.ts";
import { findLoadBalancer } from "../find.ts";
import { isNetwork } from "../kinds.ts";
import { limits } from "../limits.ts";
import { securityGroupsIn } from "../network.ts";
import { loadBalancers } from "../records.ts";
import type { State } from "../state.ts";

export const setSecurityGroups: Operation<"elbv2", "SetSecurityGroups", State> = async (
  { LoadBalancerArn, SecurityGroups, EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic },
  context,
) => {
  // There is no PrivateLink: the default, on, is all that can be.
  if (EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic === "off")
    throw unsupported("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic with 'off'");
  if (!SecurityGroups?.length)
    throw validationError("At least one security group must be specified");
  if (SecurityGroups.length > limits.securityGroupsPerLoadBalancer)
    throw validationError(
      `The maximum number of security groups is '${limits.securityGroupsPerLoadBalancer}'`,
    );
  const present = await context.store.transaction((tx) =>
    findLoadBalancer(tx, context, LoadBalancerArn),
  );
  const { vpcId } = present;
  if (isNetwork(present) && present.securityGroups.length === 0)
    throw invalidConfiguration(
      "You cannot set security groups on a Network Load Balancer that was created without security groups",
    );
  const securityGroups = await securityGroupsIn(context, context, vpcId, SecurityGroups);
  await context.store.transaction(async (tx) => {
    const balancer = await findLoadBalancer(tx, context, LoadBalancerArn);
    loadBalancers.put(tx, context, [balancer.name], { ...balancer, securityGroups });
  });
  return { SecurityGroupIds: securityGroups };
};
