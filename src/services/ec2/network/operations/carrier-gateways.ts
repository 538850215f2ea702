/** Carrier gateways. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateCarrierGateway.html */
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { newId } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { tagsFor } from "../../tags.ts";
import { carrierGateways, type CarrierGatewayRecord } from "../gateway-records.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds, select } from "../kinds.ts";
import { tagsShape } from "../shapes.ts";

function shape({ account }: Ec2Context, one: CarrierGatewayRecord) {
  return {
    CarrierGatewayId: one.carrierGatewayId,
    VpcId: one.vpcId,
    State: one.state,
    OwnerId: account,
    ...tagsShape(one.tags),
  };
}

function filtersIn({ account }: Ec2Context): FilterTable<CarrierGatewayRecord> {
  return {
    "carrier-gateway-id": (one) => one.carrierGatewayId,
    "owner-id": () => account,
    state: (one) => one.state,
    "vpc-id": (one) => one.vpcId,
  };
}

const create: Ec2Operation<"CreateCarrierGateway"> = async (input, context) => {
  const record = await inNetwork(context, async (tx) => {
    const { vpcId } = await find(tx, context, kinds.vpc, input.VpcId!);
    const made: CarrierGatewayRecord = {
      carrierGatewayId: newId(context.random, "cagw"),
      vpcId,
      state: "available",
      tags: tagsFor("carrier-gateway", input.TagSpecifications, context.principal),
    };
    carrierGateways.put(tx, context, [made.carrierGatewayId], made);
    return made;
  });
  return { CarrierGateway: shape(context, record) };
};

const describe: Ec2Operation<"DescribeCarrierGateways"> = async (input, context) => {
  const all = await inNetwork(context, (tx) =>
    select(tx, context, kinds.carrierGateway, input.CarrierGatewayIds),
  );
  const found = applyFilters(all, input.Filters, filtersIn(context), ({ tags }) => tags);
  const { items, NextToken } = pageOf(found, input, (one) => one.carrierGatewayId);
  return { CarrierGateways: items.map((one) => shape(context, one)), NextToken };
};

const remove: Ec2Operation<"DeleteCarrierGateway"> = async (input, context) => {
  const record = await inNetwork(context, async (tx) => {
    const found = await find(tx, context, kinds.carrierGateway, input.CarrierGatewayId!);
    carrierGateways.delete(tx, context, found.carrierGatewayId);
    return found;
  });
  return { CarrierGateway: shape(context, { ...record, state: "deleted" }) };
};

export const carrierGatewayOperations: Ec2Operations = {
  CreateCarrierGateway: create,
  DescribeCarrierGateways: describe,
  DeleteCarrierGateway: remove,
};
