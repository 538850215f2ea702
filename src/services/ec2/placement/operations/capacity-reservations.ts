import type { CapacityReservation } from "@aws-sdk/client-ec2";
import { dateOf } from "#runtime/date.ts";
import { formatArn } from "#services/kit/arn.ts";
import { zoneNamed, zonesOf } from "#services/kit/facts/zones.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Ec2Context, Ec2Operation } from "../../context.ts";
import {
  ec2Error,
  invalidParameterCombination,
  invalidParameterValue,
  invalidZone,
  missingParameter,
  unsupportedParameter,
} from "../../errors.ts";
import { applyFilters, filterTime } from "../../filters.ts";
import { findByToken, rememberTokenForADay, tokenLifeMs } from "../../idempotency.ts";
import { newId } from "../../ids.ts";
import { typeFacts } from "../../instance-types/facts.ts";
import { changeInstance } from "../../instances/records.ts";
import { pageOf } from "../../paging.ts";
import { shownTags, tagsFor } from "../../tags.ts";
import {
  capacityReservations,
  findReservation,
  instancesIn,
  reservationState,
  type CapacityReservationRecord,
} from "../records.ts";

interface End {
  EndDateType?: string | undefined;
  EndDate?: Date | undefined;
}

/** "limited" needs a date to come, "unlimited" has none. */
function endOf({ EndDateType, EndDate }: End, nowMs: number): number | undefined {
  if (EndDateType === "limited" && !EndDate) throw missingParameter("EndDate");
  if (EndDate && EndDateType !== "limited")
    throw invalidParameterCombination("EndDate requires the EndDateType limited.");
  if (EndDate && EndDate.getTime() <= nowMs)
    throw invalidParameterValue("The end date must be in the future.");
  return EndDate?.getTime();
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateCapacityReservation.html */
export const createCapacityReservation: Ec2Operation<"CreateCapacityReservation"> = async (
  input,
  context,
) => {
  for (const name of [
    "OutpostArn",
    "StartDate",
    "CommitmentDuration",
    "DeliveryPreference",
    "EphemeralStorage",
  ] as const)
    if (input[name]) throw unsupportedParameter(name);
  await typeFacts(input.InstanceType!);
  const zone = input.AvailabilityZone ?? zoneOfId(context.region, input.AvailabilityZoneId);
  if (!zone) throw missingParameter("AvailabilityZone");
  if (!zoneNamed(context.region, zone)) throw invalidZone(zone);
  if (input.InstanceCount! < 1)
    throw invalidParameterValue(
      `Value (${input.InstanceCount}) for parameter instanceCount is invalid.`,
    );
  const nowMs = context.clock.now();
  const endMs = endOf(input, nowMs);
  const tags = tagsFor("capacity-reservation", input.TagSpecifications, context.principal);
  const { ClientToken } = input;
  const name = "CreateCapacityReservation";
  const made = await context.store.transaction(async (tx) => {
    const earlier = await findByToken(tx, context, name, ClientToken, input, tokenLifeMs);
    if (earlier !== undefined)
      return show(tx, context, await findReservation(tx, context, earlier));
    const record: CapacityReservationRecord = {
      reservationId: newId(context.random, "cr"),
      ownerId: context.account,
      instanceType: input.InstanceType!,
      platform: input.InstancePlatform!,
      zone,
      tenancy: input.Tenancy ?? "default",
      total: input.InstanceCount!,
      ebsOptimized: input.EbsOptimized ?? false,
      ...(endMs !== undefined && { endMs }),
      matches: input.InstanceMatchCriteria ?? "open",
      ...(input.PlacementGroupArn && { placementGroupArn: input.PlacementGroupArn }),
      createdMs: nowMs,
      tags,
    };
    capacityReservations.put(tx, context, [record.reservationId], record);
    await rememberTokenForADay(tx, context, name, ClientToken, input, record.reservationId);
    return show(tx, context, record);
  });
  return { CapacityReservation: made };
};

function zoneOfId(region: string, id: string | undefined): string | undefined {
  return zonesOf(region).find(({ zoneId }) => zoneId === id)?.zoneName;
}

async function show(
  tx: Transaction,
  context: Ec2Context,
  record: CapacityReservationRecord,
): Promise<CapacityReservation> {
  const used = (await instancesIn(tx, context, record.reservationId)).length;
  return describe(context, record, used, context.clock.now());
}

function describe(
  scope: Scope,
  record: CapacityReservationRecord,
  used: number,
  nowMs: number,
): CapacityReservation {
  const state = reservationState(record, nowMs);
  const total = state === "active" ? record.total : 0;
  return {
    CapacityReservationId: record.reservationId,
    OwnerId: record.ownerId,
    CapacityReservationArn: formatArn("ec2", scope, `capacity-reservation/${record.reservationId}`),
    AvailabilityZone: record.zone,
    AvailabilityZoneId: zoneNamed(scope.region, record.zone)?.zoneId,
    InstanceType: record.instanceType,
    InstancePlatform: record.platform as CapacityReservation["InstancePlatform"],
    Tenancy: record.tenancy,
    TotalInstanceCount: total,
    AvailableInstanceCount: Math.max(0, total - used),
    EbsOptimized: record.ebsOptimized,
    EphemeralStorage: false,
    State: state,
    StartDate: dateOf(record.createdMs),
    EndDate: record.endMs === undefined ? undefined : dateOf(record.endMs),
    EndDateType: record.endMs === undefined ? "unlimited" : "limited",
    InstanceMatchCriteria: record.matches,
    CreateDate: dateOf(record.createdMs),
    Tags: shownTags(record.tags),
    PlacementGroupArn: record.placementGroupArn,
    ReservationType: "default",
  };
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeCapacityReservations.html */
export const describeCapacityReservations: Ec2Operation<"DescribeCapacityReservations"> = (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const ids = input.CapacityReservationIds ?? [];
    const all: CapacityReservationRecord[] = [];
    for (const id of ids) all.push(await findReservation(tx, context, id));
    if (ids.length === 0) all.push(...(await capacityReservations.list(tx, context)));
    const nowMs = context.clock.now();
    const wanted = applyFilters(
      all,
      input.Filters,
      {
        "availability-zone": (one) => one.zone,
        "end-date": (one) => (one.endMs === undefined ? undefined : filterTime(one.endMs)),
        "end-date-type": (one) => (one.endMs === undefined ? "unlimited" : "limited"),
        "instance-match-criteria": (one) => one.matches,
        "instance-platform": (one) => one.platform,
        "instance-type": (one) => one.instanceType,
        "outpost-arn": () => undefined,
        "owner-id": (one) => one.ownerId,
        "placement-group-arn": (one) => one.placementGroupArn,
        "start-date": (one) => filterTime(one.createdMs),
        state: (one) => reservationState(one, nowMs),
        tenancy: (one) => one.tenancy,
      },
      (one) => one.tags,
    );
    const { items, NextToken } = pageOf(wanted, input, (one) => one.reservationId, { least: 1 });
    const CapacityReservations = [];
    for (const one of items) CapacityReservations.push(await show(tx, context, one));
    return { CapacityReservations, NextToken };
  });

async function findActive(tx: Transaction, scope: Scope, id: string, nowMs: number) {
  const record = await findReservation(tx, scope, id);
  const state = reservationState(record, nowMs);
  if (state !== "active")
    throw ec2Error(
      "InvalidCapacityReservationState",
      `The capacity reservation '${id}' is ${state} and cannot be changed.`,
    );
  return record;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyCapacityReservation.html */
export const modifyCapacityReservation: Ec2Operation<"ModifyCapacityReservation"> = (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const nowMs = context.clock.now();
    const record = await findActive(tx, context, input.CapacityReservationId!, nowMs);
    const { reservationId } = record;
    const used = (await instancesIn(tx, context, reservationId)).length;
    if (input.InstanceCount !== undefined && input.InstanceCount < Math.max(1, used))
      throw ec2Error(
        "InvalidInstanceCount",
        `The requested instance count ${input.InstanceCount} is below the number of instances that run in the reservation (${used}).`,
      );
    const changesEnd = input.EndDateType !== undefined || input.EndDate !== undefined;
    const { endMs: before, ...rest } = record;
    const endMs = changesEnd
      ? endOf({ ...input, EndDateType: input.EndDateType ?? "limited" }, nowMs)
      : before;
    capacityReservations.put(tx, context, [reservationId], {
      ...rest,
      ...(endMs !== undefined && { endMs }),
      total: input.InstanceCount ?? record.total,
      matches: input.InstanceMatchCriteria ?? record.matches,
    });
    return { Return: true };
  });

/** What runs in it runs on. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CancelCapacityReservation.html */
export const cancelCapacityReservation: Ec2Operation<"CancelCapacityReservation"> = (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const nowMs = context.clock.now();
    const record = await findActive(tx, context, input.CapacityReservationId!, nowMs);
    const { reservationId } = record;
    for (const instance of await instancesIn(tx, context, reservationId))
      changeInstance(tx, context, instance, { capacityReservationId: undefined });
    capacityReservations.put(tx, context, [reservationId], { ...record, cancelledMs: nowMs });
    return { Return: true };
  });

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetCapacityReservationUsage.html */
export const getCapacityReservationUsage: Ec2Operation<"GetCapacityReservationUsage"> = (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const record = await findReservation(tx, context, input.CapacityReservationId!);
    const shown = await show(tx, context, record);
    const used = (await instancesIn(tx, context, record.reservationId)).length;
    return {
      CapacityReservationId: record.reservationId,
      InstanceType: record.instanceType,
      TotalInstanceCount: shown.TotalInstanceCount,
      AvailableInstanceCount: shown.AvailableInstanceCount,
      State: shown.State,
      InstanceUsages: [{ AccountId: context.account, UsedInstanceCount: used }],
    };
  });
