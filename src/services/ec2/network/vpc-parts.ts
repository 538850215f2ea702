/** The parts that every VPC is born with: main route table, default network ACL, default security group. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Tags } from "#services/kit/tags.ts";
import {
  groupRules,
  networkAcls,
  routeTables,
  securityGroups,
  subnets,
  vpcs,
  type AclEntry,
  type SecurityGroupRecord,
  type SubnetRecord,
  type VpcRecord,
} from "./records.ts";
import type { Zone } from "#services/kit/facts/zones.ts";

/** Gives an id for a prefix: random, or derived where the resource was never asked for. */
export type NameIds = (prefix: string, part: string) => string;

export interface NewVpc {
  cidr: string;
  isDefault: boolean;
  dhcpOptionsId: string;
  instanceTenancy: "default" | "dedicated";
  tags: Tags;
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/create-vpc.html */
export function putVpc(tx: Transaction, scope: Scope, idFor: NameIds, options: NewVpc): VpcRecord {
  const { cidr, isDefault, ...rest } = options;
  const vpcId = idFor("vpc", "vpc");
  const vpc: VpcRecord = {
    vpcId,
    isDefault,
    cidrs: [{ associationId: idFor("vpc-cidr-assoc", "vpc"), cidr }],
    enableDnsSupport: true,
    enableDnsHostnames: isDefault,
    enableUsageMetrics: false,
    ...rest,
  };
  vpcs.put(tx, scope, [vpcId], vpc);
  const routeTableId = idFor("rtb", "main");
  routeTables.put(tx, scope, [routeTableId], {
    routeTableId,
    vpcId,
    routes: [{ destination: cidr, gatewayId: "local", origin: "CreateRouteTable" }],
    associations: [{ associationId: idFor("rtbassoc", "main"), main: true }],
    tags: {},
  });
  const networkAclId = idFor("acl", "default");
  networkAcls.put(tx, scope, [networkAclId], {
    networkAclId,
    vpcId,
    isDefault: true,
    entries: [false, true].flatMap((egress) => [openEntry(egress), lastEntry(egress)]),
    associations: [],
    tags: {},
  });
  const group: SecurityGroupRecord = {
    groupId: idFor("sg", "default"),
    groupName: "default",
    description: "default VPC security group",
    vpcId,
    tags: {},
  };
  securityGroups.put(tx, scope, [group.groupId], group);
  putRule(tx, scope, idFor("sgr", "default-in"), group.groupId, {
    isEgress: false,
    peerGroup: { groupId: group.groupId, account: scope.account },
  });
  putOpenEgress(tx, scope, idFor("sgr", "default-out"), group.groupId);
  return vpc;
}

/** A new group lets everything out. */
export function putOpenEgress(
  tx: Transaction,
  scope: Scope,
  ruleId: string,
  groupId: string,
  to: { cidrIpv4: string } | { cidrIpv6: string } = { cidrIpv4: "0.0.0.0/0" },
) {
  putRule(tx, scope, ruleId, groupId, { isEgress: true, ...to });
}

function putRule(
  tx: Transaction,
  scope: Scope,
  ruleId: string,
  groupId: string,
  rule: {
    isEgress: boolean;
    cidrIpv4?: string;
    cidrIpv6?: string;
    peerGroup?: { groupId: string; account: string };
  },
) {
  const all = { protocol: "-1", fromPort: -1, toPort: -1, order: rule.isEgress ? 0 : 1, tags: {} };
  groupRules.put(tx, scope, [ruleId], { ruleId, groupId, ...all, ...rule });
}

function openEntry(egress: boolean): AclEntry {
  return { ruleNumber: 100, protocol: "-1", action: "allow", egress, cidr: "0.0.0.0/0" };
}

/** The entry behind all others that every ACL has. */
export function lastEntry(egress: boolean): AclEntry {
  return { ruleNumber: 32_767, protocol: "-1", action: "deny", egress, cidr: "0.0.0.0/0" };
}

export interface NewSubnet {
  vpcId: string;
  cidr: string;
  zone: Zone;
  isDefault: boolean;
  tags: Tags;
  /** Without IPv4: its cidr is empty. */
  ipv6Native?: boolean | undefined;
}

/** A subnet comes under its VPC's default network ACL. */
export async function putSubnet(
  tx: Transaction,
  scope: Scope,
  idFor: NameIds,
  { vpcId, cidr, ipv6Native, zone, isDefault, tags }: NewSubnet,
): Promise<SubnetRecord> {
  const subnet: SubnetRecord = {
    subnetId: idFor("subnet", zone.zoneName),
    vpcId,
    cidr,
    zoneName: zone.zoneName,
    zoneId: zone.zoneId,
    defaultForAz: isDefault,
    mapPublicIpOnLaunch: isDefault,
    // https://docs.aws.amazon.com/vpc/latest/userguide/create-subnets.html: an IPv6-only subnet gives IPv6 addresses and resource names.
    hostnameType: ipv6Native ? "resource-name" : "ip-name",
    ...(ipv6Native && { ipv6Native, assignsIpv6: true }),
    resourceNameARecord: false,
    tags,
  };
  subnets.put(tx, scope, [subnet.subnetId], subnet);
  for (const acl of await networkAcls.list(tx, scope))
    if (acl.vpcId === vpcId && acl.isDefault) {
      const associationId = idFor("aclassoc", zone.zoneName);
      const associations = [...acl.associations, { associationId, subnetId: subnet.subnetId }];
      networkAcls.put(tx, scope, [acl.networkAclId], { ...acl, associations });
    }
  return subnet;
}
