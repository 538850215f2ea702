import type {
  CancelSpotFleetRequestsErrorItem,
  HistoryRecord,
  SpotFleetRequestConfig,
} from "@aws-sdk/client-ec2";
import { dateOf } from "#runtime/date.ts";
import type { Ec2Operation } from "../../context.ts";
import { ec2Error, unsupportedParameter } from "../../errors.ts";
import { pageOf } from "../../paging.ts";
import { shownTags } from "../../tags.ts";
import { activityOf } from "../describe.ts";
import { seenMembers } from "../fill.ts";
import { historyPage } from "../history.ts";
import { hasIdForm } from "../../ids.ts";
import { isAlive, unitsOf, type SeenMember } from "../plan.ts";
import { findFleet, fleets, note, type FleetEvent, type FleetRecord } from "../records.ts";
import { excessOf, launchesOf } from "../spot-fleet-config.ts";
import { endFleet } from "./delete-fleets.ts";
import { activeInstances } from "./describe-fleets.ts";

/** Spot Fleets are cancelled where EC2 Fleets are deleted. */
const stateOf = ({ state }: FleetRecord) =>
  (state === "deleted"
    ? "cancelled"
    : state.replace("deleted-", "cancelled_")) as SpotFleetRequestConfig["SpotFleetRequestState"];

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotFleetRequests.html */
export const describeSpotFleetRequests: Ec2Operation<"DescribeSpotFleetRequests"> = (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const ids = input.SpotFleetRequestIds ?? [];
    const found: FleetRecord[] = [];
    for (const id of ids) found.push(await findFleet(tx, context, id, "spot-fleet"));
    if (ids.length === 0)
      found.push(...(await fleets.list(tx, context)).filter(({ kind }) => kind === "spot-fleet"));
    const { items, NextToken } = pageOf(found, input, ({ fleetId }) => fleetId, { least: 1 });
    const SpotFleetRequestConfigs = [];
    for (const fleet of items)
      SpotFleetRequestConfigs.push(describe(fleet, await seenMembers(tx, context, fleet.fleetId)));
    return { SpotFleetRequestConfigs, NextToken };
  });

function describe(fleet: FleetRecord, members: readonly SeenMember[]): SpotFleetRequestConfig {
  const alive = members.filter(isAlive);
  const asked = fleet.asked as NonNullable<SpotFleetRequestConfig["SpotFleetRequestConfig"]>;
  return {
    SpotFleetRequestId: fleet.fleetId,
    SpotFleetRequestState: stateOf(fleet),
    ActivityStatus: activityOf(fleet, alive),
    CreateTime: dateOf(fleet.createdMs),
    SpotFleetRequestConfig: {
      ...asked,
      IamFleetRole: asked.IamFleetRole,
      AllocationStrategy: asked.AllocationStrategy ?? "lowestPrice",
      OnDemandAllocationStrategy: asked.OnDemandAllocationStrategy ?? "lowestPrice",
      ExcessCapacityTerminationPolicy: fleet.excess === "termination" ? "default" : "noTermination",
      FulfilledCapacity: unitsOf(alive),
      OnDemandFulfilledCapacity: unitsOf(alive, false),
      TargetCapacity: fleet.target.total,
      OnDemandTargetCapacity: fleet.target.onDemand,
      InstanceInterruptionBehavior: fleet.spot.behavior,
      InstancePoolsToUseCount: fleet.spot.pools,
      ReplaceUnhealthyInstances: fleet.replaceUnhealthy,
      TerminateInstancesWithExpiration: fleet.terminateWithExpiration,
      Type: fleet.type,
      ValidFrom: fleet.validFromMs === undefined ? undefined : dateOf(fleet.validFromMs),
      ValidUntil: fleet.validUntilMs === undefined ? undefined : dateOf(fleet.validUntilMs),
    },
    Tags: shownTags(fleet.tags),
  };
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotFleetInstances.html */
export const describeSpotFleetInstances: Ec2Operation<"DescribeSpotFleetInstances"> = (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const { fleetId } = await findFleet(tx, context, input.SpotFleetRequestId!, "spot-fleet");
    const active = await activeInstances(tx, context, fleetId);
    const { items, NextToken } = pageOf(active, input, (one) => one.InstanceId!, { least: 1 });
    return { SpotFleetRequestId: fleetId, ActiveInstances: items, NextToken };
  });

const eventTypes: Record<FleetEvent["type"], NonNullable<HistoryRecord["EventType"]>> = {
  "instance-change": "instanceChange",
  "fleet-change": "fleetRequestChange",
  "service-error": "error",
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotFleetRequestHistory.html */
export const describeSpotFleetRequestHistory: Ec2Operation<"DescribeSpotFleetRequestHistory"> = (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const { fleetId } = await findFleet(tx, context, input.SpotFleetRequestId!, "spot-fleet");
    const typeOf = (type: FleetEvent["type"]) => eventTypes[type];
    const { events, page } = await historyPage(tx, context, fleetId, input, typeOf);
    return {
      SpotFleetRequestId: fleetId,
      HistoryRecords: events.map((event) => ({
        EventType: eventTypes[event.type],
        EventInformation: {
          EventSubType: event.subType.replace("deleted", "cancelled"),
          EventDescription: event.description,
          InstanceId: event.instanceId,
        },
        Timestamp: dateOf(event.atMs),
      })),
      ...page,
    };
  });

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySpotFleetRequest.html */
export const modifySpotFleetRequest: Ec2Operation<"ModifySpotFleetRequest"> = (input, context) =>
  context.store.transaction(async (tx) => {
    if (input.Context) throw unsupportedParameter("Context");
    const fleet = await findFleet(tx, context, input.SpotFleetRequestId!, "spot-fleet");
    if (fleet.type !== "maintain" || fleet.state.startsWith("deleted"))
      throw ec2Error(
        "InvalidSpotFleetRequestState",
        `The Spot Fleet request '${fleet.fleetId}' cannot be modified: only active requests of type maintain can be.`,
      );
    const total = input.TargetCapacity ?? fleet.target.total;
    const onDemand = input.OnDemandTargetCapacity ?? fleet.target.onDemand;
    const { retryMs: _waits, ...rest } = fleet;
    fleets.put(tx, context, [fleet.fleetId], {
      ...rest,
      target: { total, onDemand, spot: Math.max(0, total - onDemand) },
      ...(input.ExcessCapacityTerminationPolicy && {
        excess: excessOf(input.ExcessCapacityTerminationPolicy),
      }),
      ...(input.LaunchTemplateConfigs?.length && { launches: launchesOf(input) }),
    });
    await note(tx, context, fleet.fleetId, {
      atMs: context.clock.now(),
      type: "fleet-change",
      subType: "modify_successful",
    });
    return { Return: true };
  });

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CancelSpotFleetRequests.html */
export const cancelSpotFleetRequests: Ec2Operation<"CancelSpotFleetRequests"> = (input, context) =>
  context.store.transaction(async (tx) => {
    const done = [];
    const refused: CancelSpotFleetRequestsErrorItem[] = [];
    for (const SpotFleetRequestId of input.SpotFleetRequestIds ?? []) {
      const fleet = await fleets.get(tx, context, SpotFleetRequestId);
      const fail = (
        Code:
          | "fleetRequestIdDoesNotExist"
          | "fleetRequestIdMalformed"
          | "fleetRequestNotInCancellableState",
        Message: string,
      ) => refused.push({ SpotFleetRequestId, Error: { Code, Message } });
      if (!hasIdForm(SpotFleetRequestId, "sfr"))
        fail("fleetRequestIdMalformed", "The spot fleet request ID is malformed");
      else if (fleet?.kind !== "spot-fleet")
        fail("fleetRequestIdDoesNotExist", "The spot fleet request ID does not exist");
      else if (fleet.state === "deleted")
        fail("fleetRequestNotInCancellableState", "The spot fleet request is cancelled already");
      else {
        const state = await endFleet(tx, context, fleet, input.TerminateInstances ?? false);
        done.push({
          SpotFleetRequestId,
          PreviousSpotFleetRequestState: stateOf(fleet),
          CurrentSpotFleetRequestState: stateOf({ ...fleet, state }),
        });
      }
    }
    return { SuccessfulFleetRequests: done, UnsuccessfulFleetRequests: refused };
  });
