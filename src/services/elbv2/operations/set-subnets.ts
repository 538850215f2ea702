import type { Operation } from "#services/kit/service.ts";
import { readBalancer } from "../balancer-config.ts";
import { invalidConfiguration, unsupported } from "../errors.ts";
import { findLoadBalancer } from "../find.ts";
import { checkType, checkUses } from "../ip-address-type.ts";
import { isNetwork } from "../kinds.ts";
import { readNodes, withNodes } from "../network-load-balancers/nodes.ts";
import { placeIn } from "../network.ts";
import { loadBalancers } from "../records.ts";
import { zonesShape } from "../shapes.ts";
import type { State } from "../state.ts";
import { subnetIdsOf } from "../subnet-mappings.ts";

export const setSubnets: Operation<"elbv2", "SetSubnets", State> = async (input, context) => {
  const { LoadBalancerArn } = input;
  const present = await context.store.transaction((tx) =>
    findLoadBalancer(tx, context, LoadBalancerArn),
  );
  const network = isNetwork(present);
  const { scheme } = present;
  const subnetIds = subnetIdsOf(input, network ? "network" : "application");
  if (input.EnablePrefixForIpv6SourceNat === "on")
    throw unsupported("EnablePrefixForIpv6SourceNat");
  const { vpcId, zones } = await placeIn(context, context, subnetIds, scheme, network ? 1 : 2);
  const { IpAddressType: ipAddressType = present.ipAddressType } = input;
  await checkType(context, context, ipAddressType, { network, subnetIds });
  const nodes = await readNodes(context, context, network ? input.SubnetMappings : [], scheme);
  if (vpcId !== present.vpcId)
    throw invalidConfiguration("All subnets must belong to the VPC of the load balancer");
  const record = await context.store.transaction(async (tx) => {
    const balancer = await findLoadBalancer(tx, context, LoadBalancerArn);
    const all = await loadBalancers.list(tx, context);
    const placed = network ? withNodes(zones, nodes, balancer.zones, all, context.random) : zones;
    const { listeners, groups } = await readBalancer(tx, context, balancer);
    checkUses(
      ipAddressType,
      listeners.map((one) => one.record),
      groups.map((one) => one.record),
    );
    const changed = { ...balancer, zones: placed, ipAddressType };
    loadBalancers.put(tx, context, [balancer.name], changed);
    return changed;
  });
  return {
    AvailabilityZones: zonesShape(record),
    IpAddressType: record.ipAddressType,
    ...(network && { EnablePrefixForIpv6SourceNat: "off" as const }),
  };
};
