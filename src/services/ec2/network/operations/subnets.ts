/** Subnets. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html and its neighbours. */
import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import {
  ec2Error,
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
  unsupportedParameter,
} from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { newId } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { zoneById, zoneNamed, zonesOf, type Zone } from "#services/kit/facts/zones.ts";
import { tagsFor } from "../../tags.ts";
import { contains, formatCidr, overlap, parseCidr, type Cidr } from "../cidr.ts";
import { defaultSubnetCidr, findDefaultVpc } from "../default-vpc.ts";
import {
  hasDependencies,
  invalidCidr,
  invalidSubnetRange,
  defaultVpcDoesNotExist,
  subnetConflict,
} from "../errors.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds, select } from "../kinds.ts";
import { freeAddresses } from "../private-addresses.ts";
import {
  interfaces,
  networkAcls,
  routeTables,
  subnets,
  type SubnetRecord,
  type VpcRecord,
} from "../records.ts";
import { ec2Arn, tagsShape } from "../shapes.ts";
import { addSubnetBlock, subnetIpv6Shape } from "../vpc-ipv6.ts";
import { putSubnet } from "../vpc-parts.ts";

interface CountedSubnet extends SubnetRecord {
  free: number;
}

function filtersIn(context: Ec2Context): FilterTable<CountedSubnet> {
  return {
    "availability-zone": (subnet) => subnet.zoneName,
    availabilityZone: (subnet) => subnet.zoneName,
    "availability-zone-id": (subnet) => subnet.zoneId,
    availabilityZoneId: (subnet) => subnet.zoneId,
    "available-ip-address-count": (subnet) => subnet.free,
    "cidr-block": (subnet) => subnet.cidr || undefined,
    cidr: (subnet) => subnet.cidr || undefined,
    cidrBlock: (subnet) => subnet.cidr || undefined,
    "default-for-az": (subnet) => subnet.defaultForAz,
    defaultForAz: (subnet) => subnet.defaultForAz,
    "ipv6-cidr-block-association.ipv6-cidr-block": (subnet) =>
      subnet.ipv6Cidrs?.map(({ cidr }) => cidr),
    "ipv6-cidr-block-association.association-id": (subnet) =>
      subnet.ipv6Cidrs?.map(({ associationId }) => associationId),
    "ipv6-cidr-block-association.state": (subnet) =>
      subnet.ipv6Cidrs?.length ? "associated" : undefined,
    "ipv6-native": (subnet) => subnet.ipv6Native ?? false,
    "enable-dns64": (subnet) => subnet.enableDns64 ?? false,
    "map-public-ip-on-launch": (subnet) => subnet.mapPublicIpOnLaunch,
    "owner-id": () => context.account,
    state: () => "available",
    "subnet-arn": (subnet) => ec2Arn(context, `subnet/${subnet.subnetId}`),
    "subnet-id": (subnet) => subnet.subnetId,
    "vpc-id": (subnet) => subnet.vpcId,
  };
}

function subnetShape(context: Ec2Context, subnet: CountedSubnet) {
  return {
    SubnetId: subnet.subnetId,
    SubnetArn: ec2Arn(context, `subnet/${subnet.subnetId}`),
    VpcId: subnet.vpcId,
    OwnerId: context.account,
    State: "available" as const,
    CidrBlock: subnet.cidr || undefined,
    AvailabilityZone: subnet.zoneName,
    AvailabilityZoneId: subnet.zoneId,
    AvailableIpAddressCount: subnet.free,
    DefaultForAz: subnet.defaultForAz,
    MapPublicIpOnLaunch: subnet.mapPublicIpOnLaunch,
    MapCustomerOwnedIpOnLaunch: false,
    AssignIpv6AddressOnCreation: subnet.assignsIpv6 ?? false,
    Ipv6CidrBlockAssociationSet: (subnet.ipv6Cidrs ?? []).map(subnetIpv6Shape),
    Ipv6Native: subnet.ipv6Native ?? false,
    EnableDns64: subnet.enableDns64 ?? false,
    PrivateDnsNameOptionsOnLaunch: {
      HostnameType: subnet.hostnameType,
      EnableResourceNameDnsARecord: subnet.resourceNameARecord,
      EnableResourceNameDnsAAAARecord: subnet.resourceNameAaaaRecord ?? false,
    },
    ...tagsShape(subnet.tags),
  };
}

async function counted(tx: Transaction, context: Ec2Context, subnet: SubnetRecord) {
  return { ...subnet, free: await freeAddresses(tx, context, subnet) };
}

/** The zone asked for, or any (AWS chooses for you): the one with the fewest of the VPC's subnets. */
function zoneFor(
  context: Ec2Context,
  name: string | undefined,
  id: string | undefined,
  siblings: readonly SubnetRecord[],
): Zone {
  const { region } = context;
  const all = zonesOf(region);
  if (name === undefined && id === undefined) {
    const load = (zone: Zone) => siblings.filter((s) => s.zoneName === zone.zoneName).length;
    return all.toSorted((a, b) => load(a) - load(b))[0]!;
  }
  const zone = name !== undefined ? zoneNamed(region, name) : zoneById(region, id!);
  if (!zone)
    throw invalidParameterValue(
      `Value (${name ?? id}) for parameter ${name !== undefined ? "availabilityZone" : "availabilityZoneId"} is invalid. Subnets can currently only be created in the following availability zones: ${all.map(({ zoneName }) => zoneName).join(", ")}.`,
    );
  return zone;
}

function checkRange(text: string, vpc: VpcRecord, siblings: readonly SubnetRecord[]): Cidr {
  const cidr = parseCidr(text);
  if (!cidr) throw invalidCidr("cidrBlock", text);
  const inside = vpc.cidrs.some((own) => contains(parseCidr(own.cidr)!, cidr));
  if (cidr.length < 16 || cidr.length > 28 || !inside) throw invalidSubnetRange(text);
  const taken = siblings.filter(({ ipv6Native }) => !ipv6Native);
  if (taken.some((sibling) => overlap(parseCidr(sibling.cidr)!, cidr))) throw subnetConflict(text);
  return cidr;
}

const createSubnet: Ec2Operation<"CreateSubnet"> = async (input, context) => {
  for (const name of ["OutpostArn", "Ipv4IpamPoolId", "Ipv6IpamPoolId"] as const)
    if (input[name]) throw unsupportedParameter(name);
  const { Ipv6Native: ipv6Native, CidrBlock: block } = input;
  if (ipv6Native) checkNative(input);
  else if (block === undefined) throw missingParameter("cidrBlock");
  const subnet = await inNetwork(context, async (tx) => {
    const vpc = await find(tx, context, kinds.vpc, input.VpcId!);
    const siblings = (await subnets.list(tx, context)).filter((s) => s.vpcId === vpc.vpcId);
    const made = await putSubnet(tx, context, (prefix) => newId(context.random, prefix), {
      vpcId: vpc.vpcId,
      cidr: ipv6Native ? "" : formatCidr(checkRange(block!, vpc, siblings)),
      ipv6Native,
      zone: zoneFor(context, input.AvailabilityZone, input.AvailabilityZoneId, siblings),
      isDefault: false,
      tags: tagsFor("subnet", input.TagSpecifications, context.principal),
    });
    const six = input.Ipv6CidrBlock;
    const whole = six === undefined ? made : await addSubnetBlock(tx, context, made, six);
    return counted(tx, context, whole);
  });
  return { Subnet: subnetShape(context, subnet) };
};

/** In AWS's order of checks. */
function checkNative({
  CidrBlock,
  Ipv6CidrBlock,
}: {
  CidrBlock?: string | undefined;
  Ipv6CidrBlock?: string | undefined;
}): void {
  if (Ipv6CidrBlock === undefined)
    throw ec2Error(
      "MissingParameter",
      "Either 'ipv6CidrBlock' or 'ipv6IpamPoolId' should be provided.",
    );
  if (CidrBlock !== undefined)
    throw invalidParameterCombination(
      "When specifying ipv4 parameters, cidrBlock or ipv4IpamPoolId, you cannot set ipv6Native to true.",
    );
}

const createDefaultSubnet: Ec2Operation<"CreateDefaultSubnet"> = async (input, context) => {
  if (input.Ipv6Native) throw unsupportedParameter("Ipv6Native");
  const subnet = await inNetwork(context, async (tx) => {
    const vpc = await findDefaultVpc(tx, context);
    if (!vpc) throw defaultVpcDoesNotExist();
    const siblings = (await subnets.list(tx, context)).filter((s) => s.vpcId === vpc.vpcId);
    const zone = zoneFor(context, input.AvailabilityZone, input.AvailabilityZoneId, siblings);
    const present = siblings.find((s) => s.defaultForAz && s.zoneName === zone.zoneName);
    if (present)
      throw ec2Error(
        "DefaultSubnetAlreadyExistsInAvailabilityZone",
        `'${present.subnetId}' is already the default subnet in ${zone.zoneName}.`,
      );
    const taken = siblings.filter((s) => !s.ipv6Native).map((s) => parseCidr(s.cidr)!);
    const free = Array.from({ length: 16 }, (_none, index) => defaultSubnetCidr(index)).find(
      (cidr) => !taken.some((other) => overlap(other, parseCidr(cidr)!)),
    );
    if (!free) throw subnetConflict(vpc.cidrs[0]!.cidr);
    const made = await putSubnet(tx, context, (prefix) => newId(context.random, prefix), {
      vpcId: vpc.vpcId,
      cidr: free,
      zone,
      isDefault: true,
      tags: {},
    });
    return counted(tx, context, made);
  });
  return { Subnet: subnetShape(context, subnet) };
};

const describeSubnets: Ec2Operation<"DescribeSubnets"> = async (input, context) => {
  const all = await inNetwork(context, async (tx) => {
    const found = [];
    for (const subnet of await select(tx, context, kinds.subnet, input.SubnetIds))
      found.push(await counted(tx, context, subnet));
    return found;
  });
  const found = applyFilters(all, input.Filters, filtersIn(context), ({ tags }) => tags);
  const { items, NextToken } = pageOf(found, input, ({ subnetId }) => subnetId);
  return { Subnets: items.map((subnet) => subnetShape(context, subnet)), NextToken };
};

const deleteSubnet: Ec2Operation<"DeleteSubnet"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const { subnetId, vpcId } = await find(tx, context, kinds.subnet, input.SubnetId!);
    if ((await interfaces.list(tx, context)).some((one) => one.subnetId === subnetId))
      throw hasDependencies("subnet", subnetId);
    for (const table of await routeTables.list(tx, context))
      if (table.vpcId === vpcId && table.associations.some((one) => one.subnetId === subnetId)) {
        const associations = table.associations.filter((one) => one.subnetId !== subnetId);
        routeTables.put(tx, context, [table.routeTableId], { ...table, associations });
      }
    for (const acl of await networkAcls.list(tx, context))
      if (acl.associations.some((one) => one.subnetId === subnetId)) {
        const associations = acl.associations.filter((one) => one.subnetId !== subnetId);
        networkAcls.put(tx, context, [acl.networkAclId], { ...acl, associations });
      }
    subnets.delete(tx, context, subnetId);
  });
  return {};
};

const modifySubnetAttribute: Ec2Operation<"ModifySubnetAttribute"> = async (input, context) => {
  for (const name of [
    "MapCustomerOwnedIpOnLaunch",
    "CustomerOwnedIpv4Pool",
    "EnableLniAtDeviceIndex",
    "DisableLniAtDeviceIndex",
  ] as const) {
    const value = input[name];
    if (value !== undefined && !(typeof value === "object" && value.Value === false))
      throw unsupportedParameter(name);
  }
  await inNetwork(context, async (tx) => {
    const subnet = await find(tx, context, kinds.subnet, input.SubnetId!);
    const assigns = input.AssignIpv6AddressOnCreation?.Value;
    if (assigns && !subnet.ipv6Cidrs?.length)
      throw invalidParameterValue(
        `Invalid value 'true' for assignIpv6AddressOnCreation. Subnet ${subnet.subnetId} does not have an IPv6 CIDR block associated with it.`,
      );
    const dns64 = input.EnableDns64?.Value;
    const aaaa = input.EnableResourceNameDnsAAAARecordOnLaunch?.Value;
    subnets.put(tx, context, [subnet.subnetId], {
      ...subnet,
      mapPublicIpOnLaunch: input.MapPublicIpOnLaunch?.Value ?? subnet.mapPublicIpOnLaunch,
      hostnameType: input.PrivateDnsHostnameTypeOnLaunch ?? subnet.hostnameType,
      resourceNameARecord:
        input.EnableResourceNameDnsARecordOnLaunch?.Value ?? subnet.resourceNameARecord,
      ...(assigns !== undefined && { assignsIpv6: assigns }),
      ...(dns64 !== undefined && { enableDns64: dns64 }),
      ...(aaaa !== undefined && { resourceNameAaaaRecord: aaaa }),
    });
  });
  return {};
};

export const subnetOperations: Ec2Operations = {
  CreateSubnet: createSubnet,
  CreateDefaultSubnet: createDefaultSubnet,
  DescribeSubnets: describeSubnets,
  DeleteSubnet: deleteSubnet,
  ModifySubnetAttribute: modifySubnetAttribute,
};
