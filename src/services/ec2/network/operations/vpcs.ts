/** VPCs. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html and its neighbours. */
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import {
  ec2Error,
  invalidParameterCombination,
  missingParameter,
  unsupportedParameter,
} from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { newId } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { tagsFor } from "../../tags.ts";
import { formatCidr, parseCidr } from "../cidr.ts";
import { ensureDhcpOptions, findDefaultVpc, putDefaultVpc } from "../default-vpc.ts";
import { defaultVpcExists, hasDependencies, invalidCidr, invalidVpcRange } from "../errors.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds, select } from "../kinds.ts";
import {
  groupRules,
  internetGateways,
  interfaces,
  natGateways,
  networkAcls,
  peerings,
  routeTables,
  securityGroups,
  subnets,
  vpcEndpoints,
  vpcs,
  type Ipv6Association,
  type VpcRecord,
} from "../records.ts";
import { tagsShape } from "../shapes.ts";
import { addAmazonBlock } from "../vpc-ipv6.ts";
import { putVpc } from "../vpc-parts.ts";

const filtersIn = ({ account }: Ec2Context): FilterTable<VpcRecord> => ({
  cidr: (vpc) => vpc.cidrs[0]!.cidr,
  "cidr-block": (vpc) => vpc.cidrs[0]!.cidr,
  cidrBlock: (vpc) => vpc.cidrs[0]!.cidr,
  "cidr-block-association.cidr-block": (vpc) => vpc.cidrs.map(({ cidr }) => cidr),
  "cidr-block-association.association-id": (vpc) =>
    vpc.cidrs.map(({ associationId }) => associationId),
  "cidr-block-association.state": () => "associated",
  "ipv6-cidr-block-association.ipv6-cidr-block": (vpc) => vpc.ipv6Cidrs?.map(({ cidr }) => cidr),
  "ipv6-cidr-block-association.association-id": (vpc) =>
    vpc.ipv6Cidrs?.map(({ associationId }) => associationId),
  "ipv6-cidr-block-association.state": (vpc) => (vpc.ipv6Cidrs?.length ? "associated" : undefined),
  "owner-id": () => account,
  "dhcp-options-id": (vpc) => vpc.dhcpOptionsId,
  "is-default": (vpc) => vpc.isDefault,
  isDefault: (vpc) => vpc.isDefault,
  state: () => "available",
  "vpc-id": (vpc) => vpc.vpcId,
});

export function vpcIpv6Shape({ region }: Ec2Context, { associationId, cidr }: Ipv6Association) {
  return {
    AssociationId: associationId,
    Ipv6CidrBlock: cidr,
    Ipv6CidrBlockState: { State: "associated" as const },
    Ipv6Pool: "Amazon",
    NetworkBorderGroup: region,
    IpSource: "amazon" as const,
    Ipv6AddressAttribute: "public" as const,
  };
}

function vpcShape(context: Ec2Context, vpc: VpcRecord) {
  return {
    VpcId: vpc.vpcId,
    OwnerId: context.account,
    State: "available" as const,
    CidrBlock: vpc.cidrs[0]!.cidr,
    CidrBlockAssociationSet: vpc.cidrs.map(({ associationId, cidr }) => ({
      AssociationId: associationId,
      CidrBlock: cidr,
      CidrBlockState: { State: "associated" as const },
    })),
    Ipv6CidrBlockAssociationSet: vpc.ipv6Cidrs?.map((one) => vpcIpv6Shape(context, one)),
    DhcpOptionsId: vpc.dhcpOptionsId,
    InstanceTenancy: vpc.instanceTenancy,
    IsDefault: vpc.isDefault,
    ...tagsShape(vpc.tags),
  };
}

/** A block of /16 to /28, in its canonical form. */
function vpcCidr(text: string): string {
  const cidr = parseCidr(text);
  if (!cidr) throw invalidCidr("cidrBlock", text);
  if (cidr.length < 16 || cidr.length > 28) throw invalidVpcRange(text);
  return formatCidr(cidr);
}

const createVpc: Ec2Operation<"CreateVpc"> = async (input, context) => {
  for (const name of ["Ipv6Pool", "Ipv4IpamPoolId", "Ipv6IpamPoolId"] as const)
    if (input[name]) throw unsupportedParameter(name);
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html: a block of one's own comes from a pool.
  if (input.Ipv6CidrBlock !== undefined) throw missingParameter("ipv6Pool");
  if (input.CidrBlock === undefined) throw missingParameter("cidrBlock");
  const cidr = vpcCidr(input.CidrBlock);
  const vpc = await inNetwork(context, async (tx) => {
    const made = putVpc(tx, context, (prefix) => newId(context.random, prefix), {
      cidr,
      isDefault: false,
      dhcpOptionsId: await ensureDhcpOptions(tx, context),
      instanceTenancy: input.InstanceTenancy === "dedicated" ? "dedicated" : "default",
      tags: tagsFor("vpc", input.TagSpecifications, context.principal),
    });
    return input.AmazonProvidedIpv6CidrBlock ? addAmazonBlock(tx, context, made) : made;
  });
  return { Vpc: vpcShape(context, vpc) };
};

const createDefaultVpc: Ec2Operation<"CreateDefaultVpc"> = async (_input, context) => {
  const vpc = await inNetwork(context, async (tx) => {
    if (await findDefaultVpc(tx, context)) throw defaultVpcExists();
    return putDefaultVpc(tx, context, (prefix) => newId(context.random, prefix));
  });
  return { Vpc: vpcShape(context, vpc) };
};

const describeVpcs: Ec2Operation<"DescribeVpcs"> = async (input, context) => {
  const all = await inNetwork(context, (tx) => select(tx, context, kinds.vpc, input.VpcIds));
  const found = applyFilters(all, input.Filters, filtersIn(context), ({ tags }) => tags);
  const { items, NextToken } = pageOf(found, input, ({ vpcId }) => vpcId);
  return { Vpcs: items.map((vpc) => vpcShape(context, vpc)), NextToken };
};

/** What AWS deletes with the VPC: its main route table, default ACL and default group. */
const deleteVpc: Ec2Operation<"DeleteVpc"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const { vpcId } = await find(tx, context, kinds.vpc, input.VpcId!);
    const inVpc = (one: { vpcId?: string }) => one.vpcId === vpcId;
    const tables = (await routeTables.list(tx, context)).filter(inVpc);
    const acls = (await networkAcls.list(tx, context)).filter(inVpc);
    const groups = (await securityGroups.list(tx, context)).filter(inVpc);
    const occupied =
      tables.some(({ associations }) => !associations.some(({ main }) => main)) ||
      acls.some(({ isDefault }) => !isDefault) ||
      groups.some(({ groupName }) => groupName !== "default") ||
      (await subnets.list(tx, context)).some(inVpc) ||
      (await interfaces.list(tx, context)).some(inVpc) ||
      (await internetGateways.list(tx, context)).some(inVpc) ||
      (await natGateways.list(tx, context)).some(
        (nat) => inVpc(nat) && nat.state !== "deleted" && nat.state !== "failed",
      ) ||
      (await vpcEndpoints.list(tx, context)).some(inVpc);
    const peered = (await peerings.list(tx, context)).some(
      ({ status, requesterVpcId, accepterVpcId }) =>
        status === "active" && (requesterVpcId === vpcId || accepterVpcId === vpcId),
    );
    if (occupied || peered) throw hasDependencies("vpc", vpcId);
    for (const { routeTableId } of tables) routeTables.delete(tx, context, routeTableId);
    for (const { networkAclId } of acls) networkAcls.delete(tx, context, networkAclId);
    const gone = new Set(groups.map(({ groupId }) => groupId));
    for (const rule of await groupRules.list(tx, context))
      if (gone.has(rule.groupId)) groupRules.delete(tx, context, rule.ruleId);
    for (const groupId of gone) securityGroups.delete(tx, context, groupId);
    vpcs.delete(tx, context, vpcId);
  });
  return {};
};

const modifyVpcAttribute: Ec2Operation<"ModifyVpcAttribute"> = async (input, context) => {
  const {
    EnableDnsHostnames: hostnames,
    EnableDnsSupport: support,
    EnableNetworkAddressUsageMetrics: metrics,
  } = input;
  const given = [hostnames, support, metrics].filter((one) => one?.Value !== undefined);
  if (given.length === 0) throw missingParameter("attribute");
  if (given.length > 1)
    throw invalidParameterCombination("Only one attribute can be modified at a time");
  await inNetwork(context, async (tx) => {
    const vpc = await find(tx, context, kinds.vpc, input.VpcId!);
    vpcs.put(tx, context, [vpc.vpcId], {
      ...vpc,
      enableDnsHostnames: hostnames?.Value ?? vpc.enableDnsHostnames,
      enableDnsSupport: support?.Value ?? vpc.enableDnsSupport,
      enableUsageMetrics: metrics?.Value ?? vpc.enableUsageMetrics,
    });
  });
  return {};
};

const describeVpcAttribute: Ec2Operation<"DescribeVpcAttribute"> = async (input, context) => {
  const vpc = await inNetwork(context, (tx) => find(tx, context, kinds.vpc, input.VpcId!));
  const attributes = {
    enableDnsHostnames: { EnableDnsHostnames: { Value: vpc.enableDnsHostnames } },
    enableDnsSupport: { EnableDnsSupport: { Value: vpc.enableDnsSupport } },
    enableNetworkAddressUsageMetrics: {
      EnableNetworkAddressUsageMetrics: { Value: vpc.enableUsageMetrics },
    },
  };
  return { VpcId: vpc.vpcId, ...attributes[input.Attribute!] };
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcTenancy.html */
const modifyVpcTenancy: Ec2Operation<"ModifyVpcTenancy"> = async (input, context) => {
  if (input.InstanceTenancy !== "default")
    throw ec2Error(
      "UnsupportedTenancy",
      `The tenancy value ${String(input.InstanceTenancy)} is not supported.`,
    );
  await inNetwork(context, async (tx) => {
    const vpc = await find(tx, context, kinds.vpc, input.VpcId!);
    vpcs.put(tx, context, [vpc.vpcId], { ...vpc, instanceTenancy: "default" });
  });
  return { ReturnValue: true };
};

export const vpcOperations: Ec2Operations = {
  CreateVpc: createVpc,
  CreateDefaultVpc: createDefaultVpc,
  DescribeVpcs: describeVpcs,
  DeleteVpc: deleteVpc,
  ModifyVpcAttribute: modifyVpcAttribute,
  DescribeVpcAttribute: describeVpcAttribute,
  ModifyVpcTenancy: modifyVpcTenancy,
};

export { vpcCidr };
