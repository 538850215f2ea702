/** Customer gateways: the other end of a VPN. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateCustomerGateway.html */
import { isIPv4 } from "node:net";
import type { Ec2Operation, Ec2Operations } from "../../context.ts";
import { invalidParameterValue, missingParameter, unsupportedParameter } from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { newId } from "../../ids.ts";
import { tagsFor } from "../../tags.ts";
import { customerGateways, type CustomerGatewayRecord } from "../gateway-records.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds, select } from "../kinds.ts";
import { tagsShape } from "../shapes.ts";
import { checkUnused } from "./vpn-connections.ts";

/** https://docs.aws.amazon.com/vpn/latest/s2svpn/cgw-options.html */
const usualAsn = "65000";

function shape(one: CustomerGatewayRecord) {
  return {
    CustomerGatewayId: one.customerGatewayId,
    Type: "ipsec.1",
    State: one.state,
    BgpAsn: one.bgpAsn,
    IpAddress: one.ipAddress,
    DeviceName: one.deviceName,
    CertificateArn: one.certificateArn,
    ...tagsShape(one.tags),
  };
}

const filters: FilterTable<CustomerGatewayRecord> = {
  "bgp-asn": (one) => one.bgpAsn,
  "customer-gateway-id": (one) => one.customerGatewayId,
  "ip-address": (one) => one.ipAddress,
  state: (one) => one.state,
  type: () => "ipsec.1",
};

const create: Ec2Operation<"CreateCustomerGateway"> = async (input, context) => {
  if (input.BgpAsnExtended !== undefined) throw unsupportedParameter("BgpAsnExtended");
  if (input.Type !== "ipsec.1")
    throw invalidParameterValue(`Value (${input.Type}) for parameter type is invalid.`);
  const address = input.IpAddress ?? input.PublicIp;
  if (address === undefined) throw missingParameter("ipAddress");
  if (!isIPv4(address))
    throw invalidParameterValue(`Value (${address}) for parameter ipAddress is invalid.`);
  const record: CustomerGatewayRecord = {
    customerGatewayId: newId(context.random, "cgw"),
    bgpAsn: input.BgpAsn === undefined ? usualAsn : String(input.BgpAsn),
    ipAddress: address,
    ...(input.DeviceName !== undefined && { deviceName: input.DeviceName }),
    ...(input.CertificateArn !== undefined && { certificateArn: input.CertificateArn }),
    state: "available",
    tags: tagsFor("customer-gateway", input.TagSpecifications, context.principal),
  };
  const made = await inNetwork(context, async (tx) => {
    // A gateway with the same address and number is the same gateway.
    const same = (await customerGateways.list(tx, context)).find(
      (one) =>
        one.state === "available" &&
        one.ipAddress === record.ipAddress &&
        one.bgpAsn === record.bgpAsn &&
        one.deviceName === record.deviceName,
    );
    if (same) return same;
    customerGateways.put(tx, context, [record.customerGatewayId], record);
    return record;
  });
  return { CustomerGateway: shape(made) };
};

const describe: Ec2Operation<"DescribeCustomerGateways"> = async (input, context) => {
  const all = await inNetwork(context, (tx) =>
    select(tx, context, kinds.customerGateway, input.CustomerGatewayIds),
  );
  const found = applyFilters(all, input.Filters, filters, ({ tags }) => tags);
  return { CustomerGateways: found.map(shape) };
};

/** It is shown as deleted for a while, as on AWS; here for good. */
const remove: Ec2Operation<"DeleteCustomerGateway"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const one = await find(tx, context, kinds.customerGateway, input.CustomerGatewayId!);
    await checkUnused(
      tx,
      context,
      (vpn) => vpn.customerGatewayId === one.customerGatewayId,
      "The customer gateway is in use.",
    );
    customerGateways.put(tx, context, [one.customerGatewayId], { ...one, state: "deleted" });
  });
  return {};
};

export const customerGatewayOperations: Ec2Operations = {
  CreateCustomerGateway: create,
  DescribeCustomerGateways: describe,
  DeleteCustomerGateway: remove,
};
