/** Log groups: made, deleted, listed, and how long they keep their events. */
import type { LogGroup, LogGroupClass } from "@aws-sdk/client-cloudwatch-logs";
import type { Operation } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { deletionProtected, groupExists, invalidParameter } from "../errors.ts";
import { findGroup, groupArn } from "../find.ts";
import { retentionDays } from "../limits.ts";
import { pageOf } from "../paging.ts";
import { graves, groups, metricFilters, streams, type GroupRecord } from "../records.ts";
import type { LogsState } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html */
export const createLogGroup: Operation<"logs", "CreateLogGroup", LogsState> = async (
  input,
  context,
) => {
  const { logGroupName: name = "", kmsKeyId, logGroupClass = "STANDARD", tags = {} } = input;
  if (name.startsWith("aws/"))
    throw invalidParameter("Log groups starting with AWS/ are reserved for AWS.");
  await context.store.transaction(async (tx) => {
    if (await groups.get(tx, context, name)) throw groupExists();
    groups.put(tx, context, [name], {
      name,
      id: context.random.hex(12),
      createdMs: context.clock.now(),
      groupClass: logGroupClass,
      ...(kmsKeyId !== undefined && { kmsKeyId }),
      ...(input.deletionProtectionEnabled && { deletionProtected: true }),
      tags,
    });
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html */
export const deleteLogGroup: Operation<"logs", "DeleteLogGroup", LogsState> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const { scope, group } = await findGroup(tx, input.logGroupName, context);
    if (group.deletionProtected) throw deletionProtected();
    groups.delete(tx, scope, group.name);
    graves.put(tx, scope, [group.id], { groupId: group.id });
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogGroupDeletionProtection.html */
export const putLogGroupDeletionProtection: Operation<
  "logs",
  "PutLogGroupDeletionProtection",
  LogsState
> = async (input, context) => {
  await context.store.transaction(async (tx) => {
    const { scope, group } = await findGroup(tx, input.logGroupIdentifier, context);
    const { deletionProtected: _, ...rest } = group;
    groups.put(tx, scope, [group.name], {
      ...rest,
      ...(input.deletionProtectionEnabled && { deletionProtected: true }),
    });
  });
  return {};
};

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html */
export const describeLogGroups: Operation<"logs", "DescribeLogGroups", LogsState> = async (
  input,
  context,
) => {
  const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern } = input;
  if (prefix !== undefined && pattern !== undefined)
    throw invalidParameter(
      "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.",
    );
  const all = await context.store.transaction(async (tx) => {
    const found = [];
    for (const group of await groups.list(tx, context)) {
      if (prefix !== undefined && !group.name.startsWith(prefix)) continue;
      if (pattern !== undefined && !group.name.toLowerCase().includes(pattern.toLowerCase()))
        continue;
      if (input.logGroupClass !== undefined && group.groupClass !== input.logGroupClass) continue;
      const own = await streams.list(tx, context, [group.id]);
      const filters = await metricFilters.list(tx, context, [group.id]);
      found.push({
        group,
        filters: filters.length,
        storedBytes: own.reduce((sum, one) => sum + one.storedBytes, 0),
      });
    }
    return found;
  });
  const page = pageOf(all, input, ({ group }) => group.name);
  return {
    logGroups: page.items.map(({ group, ...counted }) => describe(context, group, counted)),
    ...page.next,
  };
};

interface Counted {
  filters: number;
  storedBytes: number;
}

function describe(scope: Scope, group: GroupRecord, { filters, storedBytes }: Counted): LogGroup {
  const arn = groupArn(scope, group.name);
  return {
    logGroupName: group.name,
    creationTime: Math.floor(group.createdMs),
    ...(group.retentionDays !== undefined && { retentionInDays: group.retentionDays }),
    metricFilterCount: filters,
    arn: `${arn}:*`,
    logGroupArn: arn,
    storedBytes,
    ...(group.kmsKeyId !== undefined && { kmsKeyId: group.kmsKeyId }),
    ...(group.deletionProtected && { deletionProtectionEnabled: true }),
    logGroupClass: group.groupClass as LogGroupClass,
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
export const putRetentionPolicy: Operation<"logs", "PutRetentionPolicy", LogsState> = async (
  input,
  context,
) => {
  const { retentionInDays: days = 0 } = input;
  if (!retentionDays.has(days))
    throw invalidParameter(
      `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${[...retentionDays].join(", ")}]`,
    );
  await context.store.transaction(async (tx) => {
    const { scope, group } = await findGroup(tx, input.logGroupName, context);
    groups.put(tx, scope, [group.name], { ...group, retentionDays: days });
  });
  return {};
};

export const deleteRetentionPolicy: Operation<"logs", "DeleteRetentionPolicy", LogsState> = async (
  input,
  context,
) => {
  await context.store.transaction(async (tx) => {
    const { scope, group } = await findGroup(tx, input.logGroupName, context);
    const { retentionDays: _former, ...forever } = group;
    groups.put(tx, scope, [group.name], forever);
  });
  return {};
};
