import type { Operation } from "#services/kit/service.ts";
import { readBalancer } from "../balancer-records.ts";
import { invalidConfiguration } from "../errors.ts";
import { findLoadBalancer } from "../find.ts";
import { checkType, checkUses } from "../ip-address-type.ts";
import { isNetwork } from "../kinds.ts";
import { readNodes, withNodes } from "../network-load-balancers/nodes.ts";
import { readSourceNat } from "../network-load-balancers/source-nat.ts";
import { placeIn } from "../network.ts";
import { loadBalancers } from "../records.ts";
import { sourceNatShape, zonesShape } from "../shapes.ts";
import type { State } from "../state.ts";
import { addressedSubnets, mappingsOf, subnetIdsOf } from "../subnet-mappings.ts";

export const setSubnets: Operation<"elbv2", "SetSubnets", State> = async (input, context) => {
  const { LoadBalancerArn } = input;
  const present = await context.store.transaction((tx) =>
    findLoadBalancer(tx, context, LoadBalancerArn),
  );
  const network = isNetwork(present);
  const { scheme } = present;
  const subnetIds = subnetIdsOf(input, network ? "network" : "application");
  const { vpcId, zones } = await placeIn(
    context,
    context,
    subnetIds,
    { scheme, network, addressed: addressedSubnets(input) },
    present.zones,
  );
  const { IpAddressType: ipAddressType = present.ipAddressType } = input;
  await checkType(context, context, ipAddressType, { network, subnetIds });
  const sourceNat = readSourceNat(input.EnablePrefixForIpv6SourceNat, present.sourceNat === true, {
    network,
    type: ipAddressType,
  });
  const settings = { scheme, ipAddressType, sourceNat, present: present.zones };
  const nodes = await readNodes(context, context, network ? mappingsOf(input) : [], settings);
  if (vpcId !== present.vpcId)
    throw invalidConfiguration("All subnets must belong to the VPC of the load balancer");
  const record = await context.store.transaction(async (tx) => {
    const balancer = await findLoadBalancer(tx, context, LoadBalancerArn);
    const all = await loadBalancers.list(tx, context);
    const placed = network ? withNodes(zones, nodes, balancer.zones, all, context.random) : zones;
    const { sourceNat: _before, ...rest } = balancer;
    const changed = { ...rest, zones: placed, ipAddressType, ...(sourceNat && { sourceNat }) };
    checkUses(await readBalancer(tx, context, changed));
    loadBalancers.put(tx, context, [balancer.name], changed);
    return changed;
  });
  return {
    AvailabilityZones: zonesShape(record),
    IpAddressType: record.ipAddressType,
    ...(network && { EnablePrefixForIpv6SourceNat: sourceNatShape(record) }),
  };
};
