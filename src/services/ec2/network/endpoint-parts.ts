/** What a VPC endpoint puts into its network: routes for a gateway, interfaces for an interface endpoint. */
import type { Transaction } from "#store/store.ts";
import type { Ec2Context } from "../context.ts";
import { ec2Error, invalidParameterValue } from "../errors.ts";
import { newId } from "../ids.ts";
import { createInterface, deleteInterface } from "./interfaces.ts";
import { find, kinds } from "./kinds.ts";
import { managedPrefixLists } from "./prefix-lists.ts";
import { interfaces, routeTables, type VpcEndpointRecord } from "./records.ts";

/** A gateway endpoint is a route to its service's prefix list in each of its route tables. */
export async function addRoutes(
  tx: Transaction,
  context: Ec2Context,
  endpoint: VpcEndpointRecord,
  tableIds: readonly string[],
) {
  const list = managedPrefixLists(context.region).find(
    ({ name }) => name === endpoint.serviceName,
  )!;
  for (const id of tableIds) {
    const table = await find(tx, context, kinds.routeTable, id);
    if (table.vpcId !== endpoint.vpcId)
      throw invalidParameterValue(
        `Route table ${id} and endpoint ${endpoint.vpcEndpointId} belong to different networks`,
      );
    if (table.routes.some((route) => route.destination === list.id))
      throw ec2Error(
        "RouteAlreadyExists",
        `route table ${id} already has a route with destination-prefix-list-id ${list.id}`,
      );
    const gatewayId = endpoint.vpcEndpointId;
    routeTables.put(tx, context, [id], {
      ...table,
      routes: [...table.routes, { destination: list.id, gatewayId, origin: "CreateRoute" }],
    });
  }
}

export async function removeRoutes(
  tx: Transaction,
  context: Ec2Context,
  endpoint: VpcEndpointRecord,
  tableIds: readonly string[],
) {
  for (const id of tableIds) {
    const table = await routeTables.get(tx, context, id);
    if (!table) continue;
    const routes = table.routes.filter(({ gatewayId }) => gatewayId !== endpoint.vpcEndpointId);
    routeTables.put(tx, context, [id], { ...table, routes });
  }
}

export async function addInterface(
  tx: Transaction,
  context: Ec2Context,
  endpoint: VpcEndpointRecord,
  subnetId: string,
): Promise<string> {
  const subnet = await find(tx, context, kinds.subnet, subnetId);
  if (subnet.vpcId !== endpoint.vpcId)
    throw invalidParameterValue(
      `Subnet ${subnetId} and endpoint ${endpoint.vpcEndpointId} belong to different networks`,
    );
  const eni = await createInterface(tx, context, context.random, {
    subnet,
    groups: endpoint.groupIds,
    privateIp: undefined,
    description: `VPC Endpoint Interface ${endpoint.vpcEndpointId}`,
    interfaceType: "vpc_endpoint",
    requesterId: context.account,
    tags: {},
  });
  const attachment = {
    attachmentId: newId(context.random, "ela-attach"),
    deviceIndex: 1,
    attachedMs: context.clock.now(),
    deleteOnTermination: false,
  };
  interfaces.put(tx, context, [eni.networkInterfaceId], { ...eni, attachment });
  return eni.networkInterfaceId;
}

export async function removeInterfaces(
  tx: Transaction,
  context: Ec2Context,
  ids: readonly string[],
) {
  for (const id of ids) {
    const eni = await interfaces.get(tx, context, id);
    if (eni) await deleteInterface(tx, context, eni);
  }
}
