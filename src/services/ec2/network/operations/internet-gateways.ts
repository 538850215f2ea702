/** Internet gateways. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateInternetGateway.html */
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { dependencyViolation, invalidParameterValue } from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { newId } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { tagsFor } from "../../tags.ts";
import { alreadyAssociated, hasDependencies, notAttached } from "../errors.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds, select } from "../kinds.ts";
import { interfaces, internetGateways, type InternetGatewayRecord } from "../records.ts";
import { tagListShape } from "../shapes.ts";

function filtersIn({ account }: Ec2Context): FilterTable<InternetGatewayRecord> {
  return {
    "attachment.state": (gateway) => gateway.vpcId && "available",
    "attachment.vpc-id": (gateway) => gateway.vpcId,
    "internet-gateway-id": (gateway) => gateway.internetGatewayId,
    "owner-id": () => account,
  };
}

function gatewayShape({ account }: Ec2Context, gateway: InternetGatewayRecord) {
  const { vpcId } = gateway;
  return {
    InternetGatewayId: gateway.internetGatewayId,
    OwnerId: account,
    // AWS says "available" here, which the SDK's type of the state does not know.
    Attachments: vpcId ? [{ State: "available" as "attached", VpcId: vpcId }] : [],
    ...tagListShape(gateway.tags),
  };
}

const createInternetGateway: Ec2Operation<"CreateInternetGateway"> = async (input, context) => {
  const gateway: InternetGatewayRecord = {
    internetGatewayId: newId(context.random, "igw"),
    tags: tagsFor("internet-gateway", input.TagSpecifications, context.principal),
  };
  await inNetwork(context, async (tx) =>
    internetGateways.put(tx, context, [gateway.internetGatewayId], gateway),
  );
  return { InternetGateway: gatewayShape(context, gateway) };
};

const describeInternetGateways: Ec2Operation<"DescribeInternetGateways"> = async (
  input,
  context,
) => {
  const all = await inNetwork(context, (tx) =>
    select(tx, context, kinds.internetGateway, input.InternetGatewayIds),
  );
  const found = applyFilters(all, input.Filters, filtersIn(context), ({ tags }) => tags);
  const { items, NextToken } = pageOf(found, input, ({ internetGatewayId: id }) => id);
  return { InternetGateways: items.map((one) => gatewayShape(context, one)), NextToken };
};

const deleteInternetGateway: Ec2Operation<"DeleteInternetGateway"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const gateway = await find(tx, context, kinds.internetGateway, input.InternetGatewayId!);
    if (gateway.vpcId) throw hasDependencies("internetGateway", gateway.internetGatewayId);
    internetGateways.delete(tx, context, gateway.internetGatewayId);
  });
  return {};
};

const attachInternetGateway: Ec2Operation<"AttachInternetGateway"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const gateway = await find(tx, context, kinds.internetGateway, input.InternetGatewayId!);
    const { vpcId } = await find(tx, context, kinds.vpc, input.VpcId!);
    if (gateway.vpcId)
      throw alreadyAssociated(
        `resource ${gateway.internetGatewayId} is already attached to network ${gateway.vpcId}`,
      );
    if ((await internetGateways.list(tx, context)).some((other) => other.vpcId === vpcId))
      throw invalidParameterValue(`Network ${vpcId} already has an internet gateway attached`);
    internetGateways.put(tx, context, [gateway.internetGatewayId], { ...gateway, vpcId });
  });
  return {};
};

const detachInternetGateway: Ec2Operation<"DetachInternetGateway"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const gateway = await find(tx, context, kinds.internetGateway, input.InternetGatewayId!);
    const { vpcId: attached, ...free } = gateway;
    const vpcId = input.VpcId!;
    if (attached !== vpcId) throw notAttached(gateway.internetGatewayId, vpcId);
    const mapped = (await interfaces.list(tx, context)).some(
      (one) =>
        one.vpcId === vpcId && (one.lentPublicIp || one.privateIps.some(({ elastic }) => elastic)),
    );
    if (mapped)
      throw dependencyViolation(
        `Network ${vpcId} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
      );
    internetGateways.put(tx, context, [gateway.internetGatewayId], free);
  });
  return {};
};

export const internetGatewayOperations: Ec2Operations = {
  CreateInternetGateway: createInternetGateway,
  DescribeInternetGateways: describeInternetGateways,
  DeleteInternetGateway: deleteInternetGateway,
  AttachInternetGateway: attachInternetGateway,
  DetachInternetGateway: detachInternetGateway,
};
