/** DHCP options. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateDhcpOptions.html */
import { isIP } from "node:net";
import type { Ec2Context, Ec2Operation, Ec2Operations } from "../../context.ts";
import { invalidParameterValue } from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { checkIdForm, newId } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { tagsFor } from "../../tags.ts";
import { hasDependencies } from "../errors.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds, select } from "../kinds.ts";
import { dhcpOptions, vpcs, type DhcpOptionsRecord } from "../records.ts";
import { tagsShape } from "../shapes.ts";

const knownOptions = new Set([
  "domain-name-servers",
  "domain-name",
  "ntp-servers",
  "netbios-name-servers",
  "netbios-node-type",
  "ipv6-address-preferred-lease-time",
]);

/** https://docs.aws.amazon.com/vpc/latest/userguide/DHCPOptionSetConcepts.html */
const mostServers = 4;
const mostTimeServers = 8;
const nodeTypes = ["1", "2", "4", "8"];

function checkValues(key: string, values: readonly string[]): void {
  const invalid = (value: string, why: string) =>
    invalidParameterValue(`Value (${value}) for parameter ${key} is invalid. ${why}`);
  if (key === "netbios-node-type") {
    const wrong = values.find((value) => !nodeTypes.includes(value));
    if (wrong !== undefined) throw invalid(wrong, "It must be 1, 2, 4 or 8.");
  }
  if (!key.endsWith("-servers")) return;
  const wrong = values.find(
    (value) => !isIP(value) && !(key === "domain-name-servers" && value === "AmazonProvidedDNS"),
  );
  if (wrong !== undefined) throw invalid(wrong, "Invalid IP address.");
  const most = key === "ntp-servers" ? mostTimeServers : mostServers;
  if (values.length > most) throw invalid(values.join(","), `At most ${most} servers are allowed.`);
}

function filtersIn({ account }: Ec2Context): FilterTable<DhcpOptionsRecord> {
  return {
    "dhcp-options-id": (options) => options.dhcpOptionsId,
    key: (options) => options.configurations.map(({ key }) => key),
    value: (options) => options.configurations.flatMap(({ values }) => values),
    "owner-id": () => account,
  };
}

function optionsShape({ account }: Ec2Context, options: DhcpOptionsRecord) {
  return {
    DhcpOptionsId: options.dhcpOptionsId,
    OwnerId: account,
    DhcpConfigurations: options.configurations.map(({ key, values }) => ({
      Key: key,
      Values: values.map((Value) => ({ Value })),
    })),
    ...tagsShape(options.tags),
  };
}

const createDhcpOptions: Ec2Operation<"CreateDhcpOptions"> = async (input, context) => {
  const configurations = input.DhcpConfigurations!.map(({ Key: key, Values: values }) => {
    if (key === undefined || !knownOptions.has(key))
      throw invalidParameterValue(
        `Value (${key}) for parameter name is invalid. Unknown DHCP option`,
      );
    // Names of one option may come in one text, separated by commas, or as a list.
    const list = (values ?? []).flatMap((value) => value.split(","));
    checkValues(key, list);
    return { key, values: list };
  });
  const record: DhcpOptionsRecord = {
    dhcpOptionsId: newId(context.random, "dopt"),
    configurations,
    tags: tagsFor("dhcp-options", input.TagSpecifications, context.principal),
  };
  await inNetwork(context, async (tx) =>
    dhcpOptions.put(tx, context, [record.dhcpOptionsId], record),
  );
  return { DhcpOptions: optionsShape(context, record) };
};

const describeDhcpOptions: Ec2Operation<"DescribeDhcpOptions"> = async (input, context) => {
  const all = await inNetwork(context, (tx) =>
    select(tx, context, kinds.dhcpOptions, input.DhcpOptionsIds),
  );
  const found = applyFilters(all, input.Filters, filtersIn(context), ({ tags }) => tags);
  const { items, NextToken } = pageOf(found, input, ({ dhcpOptionsId }) => dhcpOptionsId);
  return { DhcpOptions: items.map((one) => optionsShape(context, one)), NextToken };
};

/** "default" means none. */
const associateDhcpOptions: Ec2Operation<"AssociateDhcpOptions"> = async (input, context) => {
  await inNetwork(context, async (tx) => {
    const vpc = await find(tx, context, kinds.vpc, input.VpcId!);
    const dhcpOptionsId = input.DhcpOptionsId!;
    if (dhcpOptionsId !== "default") await find(tx, context, kinds.dhcpOptions, dhcpOptionsId);
    vpcs.put(tx, context, [vpc.vpcId], { ...vpc, dhcpOptionsId });
  });
  return {};
};

const deleteDhcpOptions: Ec2Operation<"DeleteDhcpOptions"> = async (input, context) => {
  checkIdForm(input.DhcpOptionsId!, "dopt", "InvalidDhcpOptionsId.Malformed");
  await inNetwork(context, async (tx) => {
    const { dhcpOptionsId: id } = await find(tx, context, kinds.dhcpOptions, input.DhcpOptionsId!);
    if ((await vpcs.list(tx, context)).some(({ dhcpOptionsId }) => dhcpOptionsId === id))
      throw hasDependencies("dhcpOptions", id);
    dhcpOptions.delete(tx, context, id);
  });
  return {};
};

export const dhcpOptionsOperations: Ec2Operations = {
  CreateDhcpOptions: createDhcpOptions,
  DescribeDhcpOptions: describeDhcpOptions,
  AssociateDhcpOptions: associateDhcpOptions,
  DeleteDhcpOptions: deleteDhcpOptions,
};
