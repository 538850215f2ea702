import type { ActiveInstance, HistoryRecordEntry } from "@aws-sdk/client-ec2";
import { dateOf } from "#runtime/date.ts";
import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Operation } from "../../context.ts";
import { unsupportedOperation } from "../../errors.ts";
import { applyFilters } from "../../filters.ts";
import { pageOf } from "../../paging.ts";
import { activityOf, describeFleet } from "../describe.ts";
import { seenMembers } from "../fill.ts";
import { historyPage } from "../history.ts";
import { isAlive, type SeenMember } from "../plan.ts";
import { findFleet, fleets, type FleetRecord } from "../records.ts";

interface Row {
  fleet: FleetRecord;
  members: SeenMember[];
}

/** Fleets of type instant are shown by their ids only. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeFleets.html */
export const describeFleets: Ec2Operation<"DescribeFleets"> = async (input, context) => {
  const ids = input.FleetIds ?? [];
  const rows = await context.store.transaction(async (tx) => {
    const found: Row[] = [];
    for (const id of ids) {
      const fleet = await findFleet(tx, context, id, "ec2-fleet");
      found.push({ fleet, members: await seenMembers(tx, context, id) });
    }
    if (ids.length > 0) return found;
    for (const fleet of await fleets.list(tx, context))
      if (fleet.kind === "ec2-fleet" && fleet.type !== "instant")
        found.push({ fleet, members: await seenMembers(tx, context, fleet.fleetId) });
    return found;
  });
  const wanted = applyFilters(
    rows,
    input.Filters,
    {
      "activity-status": ({ fleet, members }) => activityOf(fleet, members.filter(isAlive)),
      "excess-capacity-termination-policy": ({ fleet }) => fleet.excess === "termination",
      "fleet-state": ({ fleet }) => fleet.state.replace("-", "_"),
      "replace-unhealthy-instances": ({ fleet }) => fleet.replaceUnhealthy,
      type: ({ fleet }) => fleet.type,
    },
    ({ fleet }) => fleet.tags,
  );
  const { items, NextToken } = pageOf(wanted, input, ({ fleet }) => fleet.fleetId, { least: 1 });
  return { Fleets: items.map(({ fleet, members }) => describeFleet(fleet, members)), NextToken };
};

/** Running instances of a fleet, for both kinds. */
export async function activeInstances(
  tx: Transaction,
  context: Ec2Context,
  fleetId: string,
): Promise<ActiveInstance[]> {
  const members = await seenMembers(tx, context, fleetId);
  return members.filter(isAlive).map((one) => ({
    InstanceId: one.instanceId,
    InstanceType: one.instanceType,
    ...(one.spotRequestId !== undefined && { SpotInstanceRequestId: one.spotRequestId }),
    InstanceHealth: one.impaired ? "unhealthy" : "healthy",
  }));
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeFleetInstances.html */
export const describeFleetInstances: Ec2Operation<"DescribeFleetInstances"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const { fleetId, type } = await findFleet(tx, context, input.FleetId!, "ec2-fleet");
    if (type === "instant") throw notForInstant("DescribeFleetInstances");
    const active = applyFilters(await activeInstances(tx, context, fleetId), input.Filters, {
      "instance-type": (one) => one.InstanceType,
    });
    const { items, NextToken } = pageOf(active, input, (one) => one.InstanceId!, { least: 1 });
    return { FleetId: fleetId, ActiveInstances: items, NextToken };
  });

const notForInstant = (operation: string) =>
  unsupportedOperation(
    `${operation} does not support fleets of type instant. Use DescribeFleets, specifying the instant fleet ID in the request.`,
  );

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeFleetHistory.html */
export const describeFleetHistory: Ec2Operation<"DescribeFleetHistory"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const { fleetId, type } = await findFleet(tx, context, input.FleetId!, "ec2-fleet");
    if (type === "instant") throw notForInstant("DescribeFleetHistory");
    const { events, page } = await historyPage(tx, context, fleetId, input, (one) => one);
    return {
      FleetId: fleetId,
      HistoryRecords: events.map((event): HistoryRecordEntry => ({
        EventType: event.type,
        EventInformation: {
          EventSubType: event.subType,
          EventDescription: event.description,
          InstanceId: event.instanceId,
        },
        Timestamp: dateOf(event.atMs),
      })),
      ...page,
    };
  });
