import type { Operation } from "#services/kit/service.ts";
import { unsupported } from "../errors.ts";
import { findLoadBalancer } from "../find.ts";
import type { State } from "../state.ts";

export const setIpAddressType: Operation<"elbv2", "SetIpAddressType", State> = async (
  { LoadBalancerArn, IpAddressType },
  context,
) => {
  await context.store.transaction((tx) => findLoadBalancer(tx, context, LoadBalancerArn));
  if (IpAddressType !== "ipv4") throw unsupported(`the IP address type '${IpAddressType}'`);
  return { IpAddressType };
};
