/** Secondary blocks of VPCs. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateVpcCidrBlock.html */
import type { Ec2Operation, Ec2Operations } from "../../context.ts";
import {
  ec2Error,
  missingParameter,
  operationNotPermitted,
  unsupportedParameter,
} from "../../errors.ts";
import { newId } from "../../ids.ts";
import { contains, overlap, parseCidr } from "../cidr.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds } from "../kinds.ts";
import { routeTables, subnets, vpcs } from "../records.ts";
import { addAmazonBlock, removeIpv6Block } from "../vpc-ipv6.ts";
import { vpcCidr, vpcIpv6Shape } from "./vpcs.ts";

/** https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const mostCidrs = 5;

const associateVpcCidrBlock: Ec2Operation<"AssociateVpcCidrBlock"> = async (input, context) => {
  for (const name of ["Ipv6Pool", "Ipv4IpamPoolId", "Ipv6IpamPoolId"] as const)
    if (input[name]) throw unsupportedParameter(name);
  if (input.Ipv6CidrBlock !== undefined) throw missingParameter("ipv6Pool");
  if (input.AmazonProvidedIpv6CidrBlock) {
    const vpc = await inNetwork(context, async (tx) =>
      addAmazonBlock(tx, context, await find(tx, context, kinds.vpc, input.VpcId!)),
    );
    const shape = vpcIpv6Shape(context, vpc.ipv6Cidrs!.at(-1)!);
    return {
      VpcId: vpc.vpcId,
      Ipv6CidrBlockAssociation: {
        ...shape,
        Ipv6CidrBlockState: { State: "associating" as const },
      },
    };
  }
  if (input.CidrBlock === undefined) throw missingParameter("cidrBlock");
  const cidr = vpcCidr(input.CidrBlock);
  const associationId = newId(context.random, "vpc-cidr-assoc");
  await inNetwork(context, async (tx) => {
    const vpc = await find(tx, context, kinds.vpc, input.VpcId!);
    if (vpc.cidrs.length >= mostCidrs)
      throw ec2Error(
        "CidrLimitExceeded",
        `This network ${vpc.vpcId} has met its maximum number of allowed CIDRs: ${mostCidrs}`,
      );
    if (vpc.cidrs.some((own) => overlap(parseCidr(own.cidr)!, parseCidr(cidr)!)))
      throw ec2Error(
        "CidrConflict",
        `The CIDR '${cidr}' conflicts with another CIDR block of the VPC '${vpc.vpcId}'.`,
      );
    vpcs.put(tx, context, [vpc.vpcId], {
      ...vpc,
      cidrs: [...vpc.cidrs, { associationId, cidr }],
    });
    for (const table of await routeTables.list(tx, context))
      if (table.vpcId === vpc.vpcId)
        routeTables.put(tx, context, [table.routeTableId], {
          ...table,
          routes: [
            { destination: cidr, gatewayId: "local", origin: "CreateRouteTable" },
            ...table.routes,
          ],
        });
  });
  return {
    VpcId: input.VpcId,
    CidrBlockAssociation: {
      AssociationId: associationId,
      CidrBlock: cidr,
      CidrBlockState: { State: "associating" },
    },
  };
};

const disassociateVpcCidrBlock: Ec2Operation<"DisassociateVpcCidrBlock"> = async (
  input,
  context,
) => {
  const associationId = input.AssociationId!;
  return inNetwork(context, async (tx) => {
    const six = await removeIpv6Block(tx, context, associationId);
    if (six)
      return {
        VpcId: six.vpc.vpcId,
        Ipv6CidrBlockAssociation: {
          ...vpcIpv6Shape(context, six.association),
          Ipv6CidrBlockState: { State: "disassociating" as const },
        },
      };
    const vpc = (await vpcs.list(tx, context)).find(({ cidrs }) =>
      cidrs.some((one) => one.associationId === associationId),
    );
    if (!vpc)
      throw ec2Error(
        "InvalidVpcCidrBlockAssociationIdError.NotFound",
        `The vpc CIDR block association ID '${associationId}' does not exist`,
      );
    const { vpcId } = vpc;
    const index = vpc.cidrs.findIndex((one) => one.associationId === associationId);
    const { cidr } = vpc.cidrs[index]!;
    if (index === 0)
      throw operationNotPermitted(
        `The vpc CIDR block with association ID ${associationId} may not be disassociated. It is the primary IPv4 CIDR block of the VPC`,
      );
    const used = (await subnets.list(tx, context)).some(
      (subnet) =>
        subnet.vpcId === vpcId &&
        !subnet.ipv6Native &&
        contains(parseCidr(cidr)!, parseCidr(subnet.cidr)!),
    );
    if (used)
      throw ec2Error(
        "DependencyViolation",
        `The vpc CIDR block '${cidr}' has dependencies and cannot be disassociated.`,
      );
    vpcs.put(tx, context, [vpcId], { ...vpc, cidrs: vpc.cidrs.toSpliced(index, 1) });
    for (const table of await routeTables.list(tx, context))
      if (table.vpcId === vpcId)
        routeTables.put(tx, context, [table.routeTableId], {
          ...table,
          routes: table.routes.filter(
            (route) => !(route.gatewayId === "local" && route.destination === cidr),
          ),
        });
    return {
      VpcId: vpcId,
      CidrBlockAssociation: {
        AssociationId: associationId,
        CidrBlock: cidr,
        CidrBlockState: { State: "disassociating" as const },
      },
    };
  });
};

export const vpcCidrOperations: Ec2Operations = {
  AssociateVpcCidrBlock: associateVpcCidrBlock,
  DisassociateVpcCidrBlock: disassociateVpcCidrBlock,
};
