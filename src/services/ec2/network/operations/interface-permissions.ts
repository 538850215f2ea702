/** Who else may attach an interface. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkInterfacePermission.html */
import { collection } from "#store/collection.ts";
import type { Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error, missingParameter, unsupportedParameter } from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { newId } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds } from "../kinds.ts";

interface PermissionRecord {
  permissionId: string;
  networkInterfaceId: string;
  account: string;
  permission: "INSTANCE-ATTACH" | "EIP-ASSOCIATE";
}

const permissions = collection<PermissionRecord>("ec2", "network-interface-permission");

const notFound = (id: string) =>
  ec2Error(
    "InvalidPermissionID.NotFound",
    `The network interface permission ID '${id}' does not exist`,
  );

function shape(one: PermissionRecord) {
  return {
    NetworkInterfacePermissionId: one.permissionId,
    NetworkInterfaceId: one.networkInterfaceId,
    AwsAccountId: one.account,
    Permission: one.permission,
    PermissionState: { State: "granted" as const },
  };
}

const filters: FilterTable<PermissionRecord> = {
  "network-interface-permission.network-interface-permission-id": (one) => one.permissionId,
  "network-interface-permission.network-interface-id": (one) => one.networkInterfaceId,
  "network-interface-permission.aws-account-id": (one) => one.account,
  "network-interface-permission.aws-service": () => undefined,
  "network-interface-permission.permission": (one) => one.permission,
};

const create: Ec2Operation<"CreateNetworkInterfacePermission"> = async (input, context) => {
  if (input.AwsService !== undefined) throw unsupportedParameter("AwsService");
  if (input.AwsAccountId === undefined) throw missingParameter("awsAccountId");
  const record: PermissionRecord = {
    permissionId: newId(context.random, "eni-perm"),
    networkInterfaceId: input.NetworkInterfaceId!,
    account: input.AwsAccountId,
    permission: input.Permission!,
  };
  await inNetwork(context, async (tx) => {
    await find(tx, context, kinds.networkInterface, record.networkInterfaceId);
    permissions.put(tx, context, [record.permissionId], record);
  });
  return { InterfacePermission: shape(record) };
};

const describe: Ec2Operation<"DescribeNetworkInterfacePermissions"> = async (input, context) => {
  const all = await context.store.transaction((tx) => permissions.list(tx, context));
  const ids = input.NetworkInterfacePermissionIds;
  for (const id of ids ?? []) if (!all.some((one) => one.permissionId === id)) throw notFound(id);
  const named = ids?.length ? all.filter((one) => ids.includes(one.permissionId)) : all;
  const found = applyFilters(named, input.Filters, filters);
  const { items, NextToken } = pageOf(found, input, (one) => one.permissionId);
  return { NetworkInterfacePermissions: items.map(shape), NextToken };
};

const remove: Ec2Operation<"DeleteNetworkInterfacePermission"> = async (input, context) => {
  const id = input.NetworkInterfacePermissionId!;
  await context.store.transaction(async (tx) => {
    if (!(await permissions.get(tx, context, id))) throw notFound(id);
    permissions.delete(tx, context, id);
  });
  return { Return: true };
};

export const interfacePermissionOperations: Ec2Operations = {
  CreateNetworkInterfacePermission: create,
  DescribeNetworkInterfacePermissions: describe,
  DeleteNetworkInterfacePermission: remove,
};
