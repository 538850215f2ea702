import type { Operation } from "#services/kit/service.ts";
import { readBalancer } from "../balancer-records.ts";
import { findLoadBalancer } from "../find.ts";
import { checkType, checkUses } from "../ip-address-type.ts";
import { isNetwork } from "../kinds.ts";
import { loadBalancers } from "../records.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetIpAddressType.html */
export const setIpAddressType: Operation<"elbv2", "SetIpAddressType", State> = async (
  { LoadBalancerArn, IpAddressType: ipAddressType = "ipv4" },
  context,
) => {
  const present = await context.store.transaction((tx) =>
    findLoadBalancer(tx, context, LoadBalancerArn),
  );
  const subnetIds = present.zones.map(({ subnetId }) => subnetId);
  const network = isNetwork(present);
  await checkType(context, context, ipAddressType, { network, subnetIds });
  await context.store.transaction(async (tx) => {
    const balancer = await findLoadBalancer(tx, context, LoadBalancerArn);
    const { sourceNat, ...rest } = balancer;
    const keepsPrefixes = sourceNat && ipAddressType === "dualstack";
    const changed = { ...rest, ipAddressType, ...(keepsPrefixes && { sourceNat }) };
    checkUses(await readBalancer(tx, context, changed));
    loadBalancers.put(tx, context, [balancer.name], changed);
  });
  return { IpAddressType: ipAddressType };
};
