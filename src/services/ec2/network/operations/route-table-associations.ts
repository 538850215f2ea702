/** Which table routes which subnet. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateRouteTable.html */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Ec2Operation, Ec2Operations } from "../../context.ts";
import {
  invalidParameterCombination,
  invalidParameterValue,
  unsupportedParameter,
} from "../../errors.ts";
import { newId } from "../../ids.ts";
import { alreadyAssociated, associationNotFound } from "../errors.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds } from "../kinds.ts";
import { routeTables, type RouteTableRecord } from "../records.ts";

const associated = { State: "associated" } as const;

const associateRouteTable: Ec2Operation<"AssociateRouteTable"> = async (input, context) => {
  const { SubnetId: subnetId, GatewayId: gatewayId } = input;
  if (input.PublicIpv4Pool !== undefined) throw unsupportedParameter("PublicIpv4Pool");
  if ((subnetId === undefined) === (gatewayId === undefined))
    throw invalidParameterCombination("Exactly one of subnetId and gatewayId must be given");
  const associationId = newId(context.random, "rtbassoc");
  return inNetwork(context, async (tx) => {
    const table = await find(tx, context, kinds.routeTable, input.RouteTableId!);
    const own = table.associations.find(
      (one) =>
        (subnetId && one.subnetId === subnetId) || (gatewayId && one.gatewayId === gatewayId),
    );
    if (own) return { AssociationId: own.associationId, AssociationState: associated };
    const vpcId = subnetId
      ? (await find(tx, context, kinds.subnet, subnetId)).vpcId
      : (await find(tx, context, kinds.internetGateway, gatewayId!)).vpcId;
    if (vpcId !== table.vpcId)
      throw invalidParameterValue(
        `Route table ${table.routeTableId} and ${subnetId ? "subnet" : "gateway"} ${subnetId ?? gatewayId} belong to different networks`,
      );
    for (const other of await routeTables.list(tx, context))
      if (
        other.associations.some(
          (one) =>
            (subnetId && one.subnetId === subnetId) || (gatewayId && one.gatewayId === gatewayId),
        )
      )
        throw alreadyAssociated(
          `the specified association for route table ${table.routeTableId} conflicts with an existing association`,
        );
    const target = subnetId ? { subnetId } : { gatewayId: gatewayId! };
    routeTables.put(tx, context, [table.routeTableId], {
      ...table,
      associations: [...table.associations, { associationId, main: false, ...target }],
    });
    return { AssociationId: associationId, AssociationState: associated };
  });
};

/** The table that holds an association, and the association. */
async function findAssociation(tx: Transaction, scope: Scope, associationId: string) {
  for (const table of await routeTables.list(tx, scope)) {
    const association = table.associations.find((one) => one.associationId === associationId);
    if (association) return { table, association };
  }
  throw associationNotFound(associationId);
}

function withoutAssociation(table: RouteTableRecord, associationId: string): RouteTableRecord {
  const associations = table.associations.filter((one) => one.associationId !== associationId);
  return { ...table, associations };
}

const disassociateRouteTable: Ec2Operation<"DisassociateRouteTable"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const id = input.AssociationId!;
    const { table, association } = await findAssociation(tx, context, id);
    if (association.main)
      throw invalidParameterValue(`cannot disassociate the main route table association ${id}`);
    routeTables.put(tx, context, [table.routeTableId], withoutAssociation(table, id));
  });
  return {};
};

/** Also makes another table the main one. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReplaceRouteTableAssociation.html */
const replaceRouteTableAssociation: Ec2Operation<"ReplaceRouteTableAssociation"> = async (
  input,
  context,
) => {
  const associationId = newId(context.random, "rtbassoc");
  return inNetwork(context, async (tx) => {
    const oldId = input.AssociationId!;
    const { table: from, association } = await findAssociation(tx, context, oldId);
    const to = await find(tx, context, kinds.routeTable, input.RouteTableId!);
    if (to.vpcId !== from.vpcId)
      throw invalidParameterValue(
        `Route table ${to.routeTableId} and route table ${from.routeTableId} belong to different networks`,
      );
    if (to.routeTableId === from.routeTableId)
      return { NewAssociationId: oldId, AssociationState: associated };
    routeTables.put(tx, context, [from.routeTableId], withoutAssociation(from, oldId));
    routeTables.put(tx, context, [to.routeTableId], {
      ...to,
      associations: [...to.associations, { ...association, associationId }],
    });
    return { NewAssociationId: associationId, AssociationState: associated };
  });
};

export const routeTableAssociationOperations: Ec2Operations = {
  AssociateRouteTable: associateRouteTable,
  DisassociateRouteTable: disassociateRouteTable,
  ReplaceRouteTableAssociation: replaceRouteTableAssociation,
};
