/** The operations that show, list and delete change sets. */
import type { Change } from "@aws-sdk/client-cloudformation";
import { dateOf } from "#runtime/date.ts";
import { paginate } from "#services/kit/pagination.ts";
import type { Operation } from "#services/kit/service.ts";
import { tagsToList } from "#services/kit/tags.ts";
import { invalidChangeSetStatus, namedStackNotFound, validationError } from "../errors.ts";
import { changeSets, type ChangeSetRecord } from "../records.ts";
import type { CloudFormationState } from "../state.ts";
import { findStack } from "../stack/find-stack.ts";
import { parseTemplate } from "../template/template.ts";
import { findChangeSet } from "./change-set-lookup.ts";

const pageSize = 100;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeChangeSet.html */
export const describeChangeSet: Operation<
  "cloudformation",
  "DescribeChangeSet",
  CloudFormationState
> = async (input, { account, region, clock, store }) => {
  const scope = { account, region };
  const { changeSet, stack } = await store.transaction((tx) =>
    findChangeSet(tx, scope, input.ChangeSetName!, input.StackName, clock.now()),
  );
  const { revision } = changeSet;
  const { parameters } = parseTemplate(revision.body);
  const numbered = changeSet.changes.map((change, index) => ({ change: change as Change, index }));
  const page = paginate(numbered, {
    limit: pageSize,
    token: input.NextToken,
    keyOf: ({ index }) => String(index).padStart(6, "0"),
    invalidToken: () => validationError("NextToken is invalid"),
  });
  return {
    ...summary(changeSet, stack),
    Parameters: Object.entries(revision.parameters).map(([key, value]) => ({
      ParameterKey: key,
      ParameterValue: parameters[key]?.NoEcho ? "****" : value,
      ...(revision.stored[key] !== undefined && { ResolvedValue: revision.stored[key] }),
    })),
    NotificationARNs: revision.notificationArns,
    RollbackConfiguration: {},
    Capabilities: revision.capabilities as "CAPABILITY_IAM"[],
    Tags: tagsToList(revision.tags),
    Changes: page.items.map(({ change }) => change),
    NextToken: page.nextToken,
    OnStackFailure: changeSet.onStackFailure,
  };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListChangeSets.html */
export const listChangeSets: Operation<
  "cloudformation",
  "ListChangeSets",
  CloudFormationState
> = async (input, { account, region, clock, store }) => {
  const scope = { account, region };
  const { stack, all } = await store.transaction(async (tx) => {
    const found = await findStack(tx, scope, input.StackName!, clock.now());
    if (!found) throw namedStackNotFound(input.StackName!);
    return { stack: found, all: await changeSets.list(tx, scope, [found.uuid]) };
  });
  const page = paginate(all, {
    limit: pageSize,
    token: input.NextToken,
    keyOf: ({ uuid }) => uuid,
    invalidToken: () => validationError("NextToken is invalid"),
  });
  return {
    Summaries: page.items.map((changeSet) => summary(changeSet, stack)),
    NextToken: page.nextToken,
  };
};

function summary(changeSet: ChangeSetRecord, stack: { arn: string; name: string }) {
  return {
    StackId: stack.arn,
    StackName: stack.name,
    ChangeSetId: changeSet.arn,
    ChangeSetName: changeSet.name,
    Description: changeSet.description,
    CreationTime: dateOf(changeSet.createdMs),
    Status: changeSet.status,
    StatusReason: changeSet.statusReason,
    ExecutionStatus: changeSet.executionStatus,
    IncludeNestedStacks: false,
    ImportExistingResources: false,
  };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteChangeSet.html */
export const deleteChangeSet: Operation<
  "cloudformation",
  "DeleteChangeSet",
  CloudFormationState
> = async (input, { account, region, clock, store }) => {
  const scope = { account, region };
  await store.transaction(async (tx) => {
    const { changeSet } = await findChangeSet(
      tx,
      scope,
      input.ChangeSetName!,
      input.StackName,
      clock.now(),
    );
    if (changeSet.executionStatus === "EXECUTE_IN_PROGRESS")
      throw invalidChangeSetStatus(
        `ChangeSet [${changeSet.arn}] cannot be deleted in its current status of EXECUTE_IN_PROGRESS`,
      );
    changeSets.delete(tx, scope, changeSet.stackUuid, changeSet.uuid);
  });
  return {};
};
