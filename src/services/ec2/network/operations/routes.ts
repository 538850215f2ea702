/** Routes of route tables. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html */
import type { Ec2Operation, Ec2Operations } from "../../context.ts";
import { ec2Error, invalidParameterValue, unsupportedParameter } from "../../errors.ts";
import { inNetwork } from "../in-network.ts";
import { find, kinds } from "../kinds.ts";
import { routeTables, type RouteRecord } from "../records.ts";
import { checkPrefixList, destinationOf, targetOf } from "../routes.ts";

const createRoute: Ec2Operation<"CreateRoute"> = async (input, context) => {
  const destination = destinationOf(input);
  await inNetwork(context, async (tx) => {
    const table = await find(tx, context, kinds.routeTable, input.RouteTableId!);
    if (table.routes.some((route) => route.destination === destination))
      throw ec2Error(
        "RouteAlreadyExists",
        `The route identified by ${destination} already exists.`,
      );
    if (destination.startsWith("pl-")) await checkPrefixList(tx, context, destination);
    const target = await targetOf(tx, context, table, input);
    const route: RouteRecord = { destination, ...target, origin: "CreateRoute" };
    routeTables.put(tx, context, [table.routeTableId], {
      ...table,
      routes: [...table.routes, route],
    });
  });
  return { Return: true };
};

const replaceRoute: Ec2Operation<"ReplaceRoute"> = async (input, context) => {
  if (input.LocalTarget) throw unsupportedParameter("LocalTarget");
  const destination = destinationOf(input);
  await inNetwork(context, async (tx) => {
    const table = await find(tx, context, kinds.routeTable, input.RouteTableId!);
    const index = table.routes.findIndex((route) => route.destination === destination);
    if (index < 0)
      throw invalidParameterValue(
        `There is no route defined for '${destination}' in the route table. Use CreateRoute instead.`,
      );
    const target = await targetOf(tx, context, table, input);
    const route: RouteRecord = { destination, ...target, origin: "CreateRoute" };
    const routes = table.routes.with(index, route);
    routeTables.put(tx, context, [table.routeTableId], { ...table, routes });
  });
  return {};
};

const deleteRoute: Ec2Operation<"DeleteRoute"> = async (input, context) => {
  const destination = destinationOf(input);
  await inNetwork(context, async (tx) => {
    const table = await find(tx, context, kinds.routeTable, input.RouteTableId!);
    const route = table.routes.find((one) => one.destination === destination);
    if (!route)
      throw ec2Error(
        "InvalidRoute.NotFound",
        `no route with destination-cidr-block ${destination} in route table ${table.routeTableId}`,
      );
    if (route.gatewayId === "local")
      throw invalidParameterValue(
        `cannot remove local route ${destination} in route table ${table.routeTableId}`,
      );
    const routes = table.routes.filter((one) => one !== route);
    routeTables.put(tx, context, [table.routeTableId], { ...table, routes });
  });
  return {};
};

export const routeOperations: Ec2Operations = {
  CreateRoute: createRoute,
  ReplaceRoute: replaceRoute,
  DeleteRoute: deleteRoute,
};
