/** Egress-only internet gateways. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateEgressOnlyInternetGateway.html */
import type { Ec2Operation, Ec2Operations } from "../../context.ts";
import { applyFilters } from "../../filters.ts";
import { findByToken, rememberTokenForADay, tokenLifeMs } from "../../idempotency.ts";
import { newId } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { tagsFor } from "../../tags.ts";
import { egressOnlyGateways, type EgressOnlyGatewayRecord } from "../gateway-records.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds } from "../kinds.ts";
import { tagsShape } from "../shapes.ts";

function shape({ egressOnlyInternetGatewayId, vpcId, tags }: EgressOnlyGatewayRecord) {
  return {
    EgressOnlyInternetGatewayId: egressOnlyInternetGatewayId,
    Attachments: [{ State: "attached" as const, VpcId: vpcId }],
    ...tagsShape(tags),
  };
}

const create: Ec2Operation<"CreateEgressOnlyInternetGateway"> = async (input, context) => {
  const { ClientToken: token, ...parameters } = input;
  const operation = "CreateEgressOnlyInternetGateway";
  const record = await inNetwork(context, async (tx) => {
    const earlier = await findByToken(tx, context, operation, token, parameters, tokenLifeMs);
    if (earlier) return find(tx, context, kinds.egressOnlyGateway, earlier);
    const { vpcId } = await find(tx, context, kinds.vpc, input.VpcId!);
    const id = newId(context.random, "eigw");
    const made: EgressOnlyGatewayRecord = {
      egressOnlyInternetGatewayId: id,
      vpcId,
      tags: tagsFor("egress-only-internet-gateway", input.TagSpecifications, context.principal),
    };
    egressOnlyGateways.put(tx, context, [id], made);
    await rememberTokenForADay(tx, context, operation, token, parameters, id);
    return made;
  });
  return { EgressOnlyInternetGateway: shape(record), ClientToken: token };
};

const describe: Ec2Operation<"DescribeEgressOnlyInternetGateways"> = async (input, context) => {
  const ids = input.EgressOnlyInternetGatewayIds;
  const present = await inNetwork(context, (tx) => egressOnlyGateways.list(tx, context));
  // Ids that are not there are left out.
  const all = ids?.length
    ? present.filter((one) => ids.includes(one.egressOnlyInternetGatewayId))
    : present;
  const found = applyFilters(all, input.Filters, {}, ({ tags }) => tags);
  const { items, NextToken } = pageOf(found, input, (one) => one.egressOnlyInternetGatewayId);
  return { EgressOnlyInternetGateways: items.map(shape), NextToken };
};

const remove: Ec2Operation<"DeleteEgressOnlyInternetGateway"> = async (input, context) => {
  const id = input.EgressOnlyInternetGatewayId!;
  await inNetwork(context, async (tx) => {
    await find(tx, context, kinds.egressOnlyGateway, id);
    egressOnlyGateways.delete(tx, context, id);
  });
  return { ReturnCode: true };
};

export const egressOnlyGatewayOperations: Ec2Operations = {
  CreateEgressOnlyInternetGateway: create,
  DescribeEgressOnlyInternetGateways: describe,
  DeleteEgressOnlyInternetGateway: remove,
};
