/** Everything of a region's network that decides about packets. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { prefixLists, readPrefixCidrs } from "../managed-prefix-lists.ts";
import * as records from "../records.ts";

export interface NetworkRecords {
  vpcs: records.VpcRecord[];
  subnets: records.SubnetRecord[];
  interfaces: records.NetworkInterfaceRecord[];
  groupRules: records.SecurityGroupRuleRecord[];
  networkAcls: records.NetworkAclRecord[];
  routeTables: records.RouteTableRecord[];
  natGateways: records.NatGatewayRecord[];
  peerings: records.PeeringRecord[];
  /** The IPv4 ranges of a prefix list. */
  prefixCidrs: (prefixListId: string) => string[];
}

/** Whose changes change what passes. */
export const decidingCollections = [
  records.vpcs,
  records.subnets,
  records.interfaces,
  records.groupRules,
  records.networkAcls,
  records.routeTables,
  records.natGateways,
  records.peerings,
  prefixLists,
] as const;

export async function readNetworkRecords(tx: Transaction, scope: Scope): Promise<NetworkRecords> {
  return {
    vpcs: await records.vpcs.list(tx, scope),
    subnets: await records.subnets.list(tx, scope),
    interfaces: await records.interfaces.list(tx, scope),
    groupRules: await records.groupRules.list(tx, scope),
    networkAcls: await records.networkAcls.list(tx, scope),
    routeTables: await records.routeTables.list(tx, scope),
    natGateways: await records.natGateways.list(tx, scope),
    peerings: await records.peerings.list(tx, scope),
    prefixCidrs: await readPrefixCidrs(tx, scope),
  };
}
