import type { PlacementGroup } from "@aws-sdk/client-ec2";
import { formatArn } from "#services/kit/arn.ts";
import type { Scope } from "#store/collection.ts";
import type { Ec2Operation } from "../../context.ts";
import {
  ec2Error,
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
  unsupportedParameter,
} from "../../errors.ts";
import { applyFilters } from "../../filters.ts";
import { newId } from "../../ids.ts";
import { instances } from "../../instances/records.ts";
import { shownTags, tagsFor } from "../../tags.ts";
import {
  findPlacementGroup,
  groupIdUnknown,
  groupUnknown,
  placementGroups,
  type PlacementGroupRecord,
} from "../records.ts";

/** "A partition placement group can have a maximum of seven partitions per Availability Zone." */
const mostPartitions = 7;
const usualPartitions = 2;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreatePlacementGroup.html */
export const createPlacementGroup: Ec2Operation<"CreatePlacementGroup"> = async (
  input,
  context,
) => {
  const { GroupName, Strategy = "cluster", PartitionCount, SpreadLevel } = input;
  if (!GroupName) throw missingParameter("GroupName");
  if (Strategy !== "cluster" && Strategy !== "spread" && Strategy !== "partition")
    throw unsupportedParameter(`Strategy=${Strategy}`);
  if (input.LinkedGroupId) throw unsupportedParameter("LinkedGroupId");
  if (input.Operator) throw unsupportedParameter("Operator");
  if (SpreadLevel === "host") throw unsupportedParameter("SpreadLevel=host", "It is for Outposts.");
  if (SpreadLevel && Strategy !== "spread")
    throw invalidParameterCombination("SpreadLevel is valid only for the strategy spread.");
  if (PartitionCount !== undefined && Strategy !== "partition")
    throw invalidParameterCombination("PartitionCount is valid only for the strategy partition.");
  if (PartitionCount !== undefined && (PartitionCount < 1 || PartitionCount > mostPartitions))
    throw invalidParameterValue(
      `Value (${PartitionCount}) for parameter partitionCount is invalid. It must be between 1 and ${mostPartitions}.`,
    );
  const tags = tagsFor("placement-group", input.TagSpecifications, context.principal);
  const group: PlacementGroupRecord = {
    groupId: newId(context.random, "pg"),
    groupName: GroupName,
    strategy: Strategy,
    ...(Strategy === "partition" && { partitionCount: PartitionCount ?? usualPartitions }),
    ...(Strategy === "spread" && { spreadLevel: "rack" as const }),
    tags,
  };
  await context.store.transaction(async (tx) => {
    if (await placementGroups.get(tx, context, GroupName))
      throw ec2Error(
        "InvalidPlacementGroup.Duplicate",
        `The Placement Group '${GroupName}' already exists.`,
      );
    placementGroups.put(tx, context, [GroupName], group);
  });
  return { PlacementGroup: describe(context, group) };
};

function describe(scope: Scope, group: PlacementGroupRecord): PlacementGroup {
  return {
    GroupName: group.groupName,
    GroupId: group.groupId,
    GroupArn: formatArn("ec2", scope, `placement-group/${group.groupName}`),
    State: "available",
    Strategy: group.strategy,
    PartitionCount: group.partitionCount,
    SpreadLevel: group.spreadLevel,
    Tags: shownTags(group.tags),
  };
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribePlacementGroups.html */
export const describePlacementGroups: Ec2Operation<"DescribePlacementGroups"> = async (
  input,
  context,
) => {
  const all = await context.store.transaction((tx) => placementGroups.list(tx, context));
  const { GroupNames: names = [], GroupIds: ids = [] } = input;
  for (const name of names)
    if (!all.some(({ groupName }) => groupName === name)) throw groupUnknown(name);
  for (const id of ids) if (!all.some(({ groupId }) => groupId === id)) throw groupIdUnknown(id);
  const wanted = all.filter(
    ({ groupName, groupId }) =>
      names.length + ids.length === 0 || names.includes(groupName) || ids.includes(groupId),
  );
  const found = applyFilters(
    wanted,
    input.Filters,
    {
      "group-name": (group) => group.groupName,
      "group-arn": (group) => formatArn("ec2", context, `placement-group/${group.groupName}`),
      "spread-level": (group) => group.spreadLevel,
      state: () => "available",
      strategy: (group) => group.strategy,
    },
    (group) => group.tags,
  );
  return { PlacementGroups: found.map((group) => describe(context, group)) };
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeletePlacementGroup.html */
export const deletePlacementGroup: Ec2Operation<"DeletePlacementGroup"> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const { GroupName } = input;
    const group = await findPlacementGroup(
      tx,
      context,
      GroupName!.startsWith("pg-") ? { GroupId: GroupName } : { GroupName },
    );
    if (!group) throw groupUnknown(GroupName!);
    const used = (await instances.list(tx, context)).some(
      ({ placement, state }) => placement?.groupId === group.groupId && state !== "terminated",
    );
    if (used)
      throw ec2Error(
        "InvalidPlacementGroup.InUse",
        `The placement group '${group.groupName}' is in use and may not be deleted.`,
      );
    placementGroups.delete(tx, context, group.groupName);
  });
  return {};
};
