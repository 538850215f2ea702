import type { Operation } from "#services/kit/service.ts";
import { invalidConfiguration, validationError } from "../errors.ts";
import { findLoadBalancer } from "../find.ts";
import { isNetwork } from "../kinds.ts";
import { limits } from "../limits.ts";
import { securityGroupsIn } from "../network.ts";
import { loadBalancers } from "../records.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSecurityGroups.html */
export const setSecurityGroups: Operation<"elbv2", "SetSecurityGroups", State> = async (
  input,
  context,
) => {
  const { LoadBalancerArn, SecurityGroups } = input;
  const { EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: enforces } = input;
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
  const network = isNetwork(present);
  if (network && present.securityGroups.length === 0)
    throw invalidConfiguration(
      "You cannot set security groups on a Network Load Balancer that was created without security groups",
    );
  if (!network && enforces !== undefined)
    throw invalidConfiguration(
      "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic is supported for Network Load Balancers only",
    );
  const securityGroups = await securityGroupsIn(context, context, vpcId, SecurityGroups);
  const changed = await context.store.transaction(async (tx) => {
    const balancer = await findLoadBalancer(tx, context, LoadBalancerArn);
    const record = {
      ...balancer,
      securityGroups,
      ...(enforces !== undefined && { enforcesOnPrivateLink: enforces }),
    };
    loadBalancers.put(tx, context, [balancer.name], record);
    return record;
  });
  return {
    SecurityGroupIds: securityGroups,
    ...(network && {
      EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: changed.enforcesOnPrivateLink ?? "on",
    }),
  };
};
