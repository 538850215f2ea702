/** Further addresses of NAT gateways. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateNatGatewayAddress.html */
import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error } from "../../errors.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds } from "../kinds.ts";
import { addNatAddresses, removeNatAddresses } from "../nat-addresses.ts";
import { natGateways, type NatGatewayRecord } from "../records.ts";
import { natAddressShapes } from "./nat-gateways.ts";

async function change(
  context: Ec2Context,
  id: string,
  connectivityType: NatGatewayRecord["connectivityType"],
  to: (tx: Transaction, nat: NatGatewayRecord) => Promise<NatGatewayRecord>,
) {
  const nat = await inNetwork(context, async (tx) => {
    const found = await find(tx, context, kinds.natGateway, id);
    if (found.state !== "available")
      throw ec2Error("IncorrectState", `NAT gateway ${id} is in state ${found.state}`);
    if (found.connectivityType !== connectivityType)
      throw ec2Error(
        "InvalidParameter",
        `NAT gateway ${id} has the connectivity type ${found.connectivityType}`,
      );
    const changed = await to(tx, found);
    natGateways.put(tx, context, [id], changed);
    return changed;
  });
  return { NatGatewayId: id, NatGatewayAddresses: natAddressShapes(nat) };
}

const associate: Ec2Operation<"AssociateNatGatewayAddress"> = async (input, context) =>
  change(context, input.NatGatewayId!, "public", (tx, nat) =>
    addNatAddresses(tx, context, nat, {
      allocationIds: input.AllocationIds,
      privateIps: input.PrivateIpAddresses,
    }),
  );

const disassociate: Ec2Operation<"DisassociateNatGatewayAddress"> = async (input, context) =>
  change(context, input.NatGatewayId!, "public", (tx, nat) =>
    removeNatAddresses(tx, context, nat, input.AssociationIds!, (one) => one.associationId),
  );

const assign: Ec2Operation<"AssignPrivateNatGatewayAddress"> = async (input, context) =>
  change(context, input.NatGatewayId!, "private", (tx, nat) =>
    addNatAddresses(tx, context, nat, {
      privateIps: input.PrivateIpAddresses,
      count: input.PrivateIpAddressCount,
    }),
  );

const unassign: Ec2Operation<"UnassignPrivateNatGatewayAddress"> = async (input, context) =>
  change(context, input.NatGatewayId!, "private", (tx, nat) =>
    removeNatAddresses(tx, context, nat, input.PrivateIpAddresses!, (one) => one.privateIp),
  );

export const natGatewayAddressOperations: Ec2Operations = {
  AssociateNatGatewayAddress: associate,
  DisassociateNatGatewayAddress: disassociate,
  AssignPrivateNatGatewayAddress: assign,
  UnassignPrivateNatGatewayAddress: unassign,
};
