/** IPv6 blocks of VPCs and subnets: facts that no packet goes by. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Ec2Context } from "../context.ts";
import { ec2Error, invalidParameterValue, unsupportedOperation } from "../errors.ts";
import { newId } from "../ids.ts";
import { invalidCidr, invalidSubnetRange, subnetConflict } from "./errors.ts";
import { containsIpv6, drawIpv6Cidr, formatIpv6Cidr, overlapIpv6, parseIpv6Cidr } from "./ipv6.ts";
import { find, kinds } from "./kinds.ts";
import {
  interfaces,
  routeTables,
  subnets,
  vpcs,
  type Ipv6Association,
  type SubnetRecord,
  type VpcRecord,
} from "./records.ts";

/** https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const mostBlocks = 5;
const amazonLength = 56;
const shortestSubnet = 44;
const longestSubnet = 64;

export function subnetIpv6Shape({ associationId, cidr }: Ipv6Association) {
  return {
    AssociationId: associationId,
    Ipv6CidrBlock: cidr,
    Ipv6CidrBlockState: { State: "associated" as const },
    IpSource: "amazon" as const,
    Ipv6AddressAttribute: "public" as const,
  };
}

/** A /56 of Amazon's pool. */
export async function addAmazonBlock(
  tx: Transaction,
  context: Ec2Context,
  vpc: VpcRecord,
): Promise<VpcRecord> {
  const own = vpc.ipv6Cidrs ?? [];
  if (own.length >= mostBlocks)
    throw ec2Error(
      "CidrLimitExceeded",
      `This network ${vpc.vpcId} has met its maximum number of allowed CIDRs: ${mostBlocks}`,
    );
  const taken = (await vpcs.list(tx, context)).flatMap(({ ipv6Cidrs = [] }) =>
    ipv6Cidrs.map(({ cidr }) => cidr),
  );
  const cidr = drawIpv6Cidr(context.random, amazonLength, taken);
  const association = { associationId: newId(context.random, "vpc-cidr-assoc"), cidr };
  const changed = { ...vpc, ipv6Cidrs: [...own, association] };
  vpcs.put(tx, context, [vpc.vpcId], changed);
  for (const table of await routeTables.list(tx, context))
    if (table.vpcId === vpc.vpcId)
      routeTables.put(tx, context, [table.routeTableId], {
        ...table,
        routes: [
          ...table.routes,
          { destination: cidr, gatewayId: "local", origin: "CreateRouteTable" },
        ],
      });
  return changed;
}

/** Undefined when the association is no VPC's IPv6 block. */
export async function removeIpv6Block(tx: Transaction, scope: Scope, associationId: string) {
  for (const vpc of await vpcs.list(tx, scope)) {
    const association = vpc.ipv6Cidrs?.find((one) => one.associationId === associationId);
    if (!association) continue;
    const block = parseIpv6Cidr(association.cidr)!;
    const used = (await subnets.list(tx, scope)).some(
      (subnet) =>
        subnet.vpcId === vpc.vpcId &&
        subnet.ipv6Cidrs?.some(({ cidr }) => containsIpv6(block, parseIpv6Cidr(cidr)!)),
    );
    if (used)
      throw ec2Error(
        "DependencyViolation",
        `The vpc CIDR block '${association.cidr}' has dependencies and cannot be disassociated.`,
      );
    vpcs.put(tx, scope, [vpc.vpcId], {
      ...vpc,
      ipv6Cidrs: vpc.ipv6Cidrs!.filter((one) => one !== association),
    });
    for (const table of await routeTables.list(tx, scope))
      if (table.vpcId === vpc.vpcId)
        routeTables.put(tx, scope, [table.routeTableId], {
          ...table,
          routes: table.routes.filter(
            (route) => !(route.gatewayId === "local" && route.destination === association.cidr),
          ),
        });
    return { vpc, association };
  }
  return undefined;
}

/** A block of the subnet's VPC. https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html */
export async function addSubnetBlock(
  tx: Transaction,
  context: Ec2Context,
  subnet: SubnetRecord,
  text: string,
): Promise<SubnetRecord> {
  const cidr = parseIpv6Cidr(text);
  if (!cidr) throw invalidCidr("ipv6CidrBlock", text);
  const vpc = await find(tx, context, kinds.vpc, subnet.vpcId);
  const inside = vpc.ipv6Cidrs?.some((own) => containsIpv6(parseIpv6Cidr(own.cidr)!, cidr));
  const { length } = cidr;
  if (!inside || length < shortestSubnet || length > longestSubnet || length % 4 !== 0)
    throw invalidSubnetRange(text);
  if (subnet.ipv6Cidrs?.length)
    throw invalidParameterValue(
      `Subnet ${subnet.subnetId} already has an IPv6 CIDR block associated with it.`,
    );
  for (const sibling of await subnets.list(tx, context))
    if (
      sibling.vpcId === subnet.vpcId &&
      sibling.ipv6Cidrs?.some((other) => overlapIpv6(parseIpv6Cidr(other.cidr)!, cidr))
    )
      throw subnetConflict(text);
  const associationId = newId(context.random, "subnet-cidr-assoc");
  const changed = { ...subnet, ipv6Cidrs: [{ associationId, cidr: formatIpv6Cidr(cidr) }] };
  subnets.put(tx, context, [subnet.subnetId], changed);
  return changed;
}

export async function removeSubnetBlock(tx: Transaction, scope: Scope, associationId: string) {
  for (const subnet of await subnets.list(tx, scope)) {
    const association = subnet.ipv6Cidrs?.find((one) => one.associationId === associationId);
    if (!association) continue;
    if (subnet.ipv6Native)
      throw unsupportedOperation(
        `The IPv6 CIDR block of the IPv6-only subnet ${subnet.subnetId} cannot be disassociated.`,
      );
    const used = (await interfaces.list(tx, scope)).some(
      (eni) => eni.subnetId === subnet.subnetId && eni.ipv6Addresses?.length,
    );
    if (used)
      throw ec2Error(
        "DependencyViolation",
        `The subnet CIDR block '${association.cidr}' has dependencies and cannot be disassociated.`,
      );
    const { ipv6Cidrs: _gone, assignsIpv6: _assigns, ...rest } = subnet;
    subnets.put(tx, scope, [subnet.subnetId], rest);
    return { subnet, association };
  }
  throw ec2Error(
    "InvalidSubnetCidrBlockAssociationID.NotFound",
    `The subnet CIDR block with association ID ${associationId} does not exist`,
  );
}
