import type { Operation } from "#services/kit/service.ts";
import { unsupported } from "../errors.ts";
import { findLoadBalancer } from "../find.ts";
import type { State } from "../state.ts";

/**
 * No load balancer has a pool, so that there is none to remove.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyIpPools.html
 */
export const modifyIpPools: Operation<"elbv2", "ModifyIpPools", State> = async (
  { LoadBalancerArn, IpamPools },
  context,
) => {
  if (IpamPools?.Ipv4IpamPoolId !== undefined) throw unsupported("IpamPools");
  await context.store.transaction((tx) => findLoadBalancer(tx, context, LoadBalancerArn));
  return {};
};
