/** Reverse DNS names of Elastic IP addresses, and what of EC2-Classic is left. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyAddressAttribute.html */
import type { Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error } from "../../errors.ts";
import { pageOf } from "../../paging.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds, select } from "../kinds.ts";
import { addresses, type AddressRecord } from "../records.ts";

function shape({ publicIp, allocationId, domainName }: AddressRecord) {
  return { PublicIp: publicIp, AllocationId: allocationId, PtrRecord: domainName };
}

const describe: Ec2Operation<"DescribeAddressesAttribute"> = async (input, context) => {
  const all = await inNetwork(context, (tx) =>
    select(tx, context, kinds.address, input.AllocationIds),
  );
  const { items, NextToken } = pageOf(all, input, ({ allocationId }) => allocationId, { least: 1 });
  return { Addresses: items.map(shape), NextToken };
};

const modify: Ec2Operation<"ModifyAddressAttribute"> = async (input, context) => {
  const changed = await inNetwork(context, async (tx) => {
    const address = await find(tx, context, kinds.address, input.AllocationId!);
    const name = input.DomainName;
    const next =
      name === undefined
        ? address
        : { ...address, domainName: name.endsWith(".") ? name : `${name}.` };
    addresses.put(tx, context, [address.allocationId], next);
    return next;
  });
  return { Address: shape(changed) };
};

const reset: Ec2Operation<"ResetAddressAttribute"> = async (input, context) => {
  const changed = await inNetwork(context, async (tx) => {
    const { domainName: _gone, ...rest } = await find(
      tx,
      context,
      kinds.address,
      input.AllocationId!,
    );
    addresses.put(tx, context, [rest.allocationId], rest);
    return rest;
  });
  return { Address: shape(changed) };
};

/** All addresses are a VPC's since EC2-Classic ended. */
const move: Ec2Operation<"MoveAddressToVpc"> = async () => {
  throw ec2Error(
    "InvalidAddress.Moving",
    "The address cannot be moved: EC2-Classic has been retired, and every address is a VPC's.",
  );
};

const describeMoving: Ec2Operation<"DescribeMovingAddresses"> = async () => ({
  MovingAddressStatuses: [],
});

export const addressAttributeOperations: Ec2Operations = {
  DescribeAddressesAttribute: describe,
  ModifyAddressAttribute: modify,
  ResetAddressAttribute: reset,
  MoveAddressToVpc: move,
  DescribeMovingAddresses: describeMoving,
};
