/** IPv6 blocks of subnets and addresses of interfaces. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateSubnetCidrBlock.html */
import { isIPv6 } from "node:net";
import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import {
  ec2Error,
  invalidParameterValue,
  missingParameter,
  unsupportedParameter,
} from "../../errors.ts";
import { inNetwork } from "../in-network.ts";
import {
  containsIpv6,
  drawIpv6Address,
  ipv6ToNumber,
  numberToIpv6,
  parseIpv6Cidr,
} from "../ipv6.ts";
import { find, kinds } from "../kinds.ts";
import { interfaces, type SubnetRecord } from "../records.ts";
import { checkManaged } from "../requesters.ts";
import { addSubnetBlock, removeSubnetBlock, subnetIpv6Shape } from "../vpc-ipv6.ts";

const associate: Ec2Operation<"AssociateSubnetCidrBlock"> = async (input, context) => {
  if (input.Ipv6IpamPoolId !== undefined) throw unsupportedParameter("Ipv6IpamPoolId");
  const block = input.Ipv6CidrBlock;
  if (block === undefined) throw missingParameter("ipv6CidrBlock");
  const subnet = await inNetwork(context, async (tx) =>
    addSubnetBlock(tx, context, await find(tx, context, kinds.subnet, input.SubnetId!), block),
  );
  const shape = subnetIpv6Shape(subnet.ipv6Cidrs![0]!);
  return {
    SubnetId: subnet.subnetId,
    Ipv6CidrBlockAssociation: { ...shape, Ipv6CidrBlockState: { State: "associating" as const } },
  };
};

const disassociate: Ec2Operation<"DisassociateSubnetCidrBlock"> = async (input, context) => {
  const { subnet, association } = await inNetwork(context, (tx) =>
    removeSubnetBlock(tx, context, input.AssociationId!),
  );
  return {
    SubnetId: subnet.subnetId,
    Ipv6CidrBlockAssociation: {
      ...subnetIpv6Shape(association),
      Ipv6CidrBlockState: { State: "disassociating" as const },
    },
  };
};

/** Addresses asked for, or so many others of the subnet's block. */
export async function chooseIpv6(
  tx: Transaction,
  context: Pick<Ec2Context, "random" | "account" | "region">,
  subnet: SubnetRecord,
  wanted: { addresses?: readonly string[] | undefined; count?: number | undefined },
): Promise<string[]> {
  const addresses = wanted.addresses ?? [];
  const count = wanted.count ?? 0;
  if (addresses.length === 0 && count === 0) return [];
  const block = subnet.ipv6Cidrs?.[0];
  if (!block)
    throw invalidParameterValue(
      `The subnet ${subnet.subnetId} does not have an IPv6 CIDR block associated with it.`,
    );
  const all = await interfaces.list(tx, context);
  const taken = new Set(all.flatMap(({ ipv6Addresses = [] }) => ipv6Addresses));
  const chosen: string[] = [];
  for (const text of addresses) {
    const canonical = isIPv6(text) ? numberToIpv6(ipv6ToNumber(text)) : undefined;
    if (canonical === undefined)
      throw invalidParameterValue(`Value (${text}) for parameter ipv6Address is invalid.`);
    if (!containsIpv6(parseIpv6Cidr(block.cidr)!, parseIpv6Cidr(`${canonical}/128`)!))
      throw invalidParameterValue("Address does not fall within the subnet's address range");
    if (taken.has(canonical))
      throw ec2Error("InvalidIPAddress.InUse", `Address ${canonical} is in use.`);
    taken.add(canonical);
    chosen.push(canonical);
  }
  for (let index = 0; index < count; index++) {
    const address = drawIpv6Address(context.random, block.cidr, taken);
    taken.add(address);
    chosen.push(address);
  }
  return chosen;
}

const assign: Ec2Operation<"AssignIpv6Addresses"> = async (input, context) => {
  for (const name of ["Ipv6Prefixes", "Ipv6PrefixCount"] as const)
    if (input[name] !== undefined) throw unsupportedParameter(name);
  const id = input.NetworkInterfaceId!;
  const chosen = await inNetwork(context, async (tx) => {
    const record = await find(tx, context, kinds.networkInterface, id);
    checkManaged(context, record);
    const subnet = await find(tx, context, kinds.subnet, record.subnetId);
    const own = record.ipv6Addresses ?? [];
    const added = await chooseIpv6(tx, context, subnet, {
      addresses: input.Ipv6Addresses?.filter((one) => !own.includes(one)),
      count: input.Ipv6AddressCount,
    });
    interfaces.put(tx, context, [id], { ...record, ipv6Addresses: [...own, ...added] });
    return added;
  });
  return { NetworkInterfaceId: id, AssignedIpv6Addresses: chosen };
};

const unassign: Ec2Operation<"UnassignIpv6Addresses"> = async (input, context) => {
  if (input.Ipv6Prefixes !== undefined) throw unsupportedParameter("Ipv6Prefixes");
  const id = input.NetworkInterfaceId!;
  const gone = input.Ipv6Addresses ?? [];
  await inNetwork(context, async (tx) => {
    const record = await find(tx, context, kinds.networkInterface, id);
    checkManaged(context, record);
    const own = record.ipv6Addresses ?? [];
    for (const address of gone)
      if (!own.includes(address))
        throw invalidParameterValue(
          `Some of the specified addresses are not assigned to interface ${id}`,
        );
    const ipv6Addresses = own.filter((one) => !gone.includes(one));
    interfaces.put(tx, context, [id], { ...record, ipv6Addresses });
  });
  return { NetworkInterfaceId: id, UnassignedIpv6Addresses: gone };
};

export const ipv6AddressOperations: Ec2Operations = {
  AssociateSubnetCidrBlock: associate,
  DisassociateSubnetCidrBlock: disassociate,
  AssignIpv6Addresses: assign,
  UnassignIpv6Addresses: unassign,
};
