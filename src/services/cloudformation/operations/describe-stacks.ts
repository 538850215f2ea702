import type { Stack } from "@aws-sdk/client-cloudformation";
import { dateOf } from "#runtime/date.ts";
import { paginate } from "#services/kit/pagination.ts";
import type { Operation } from "#services/kit/service.ts";
import { tagsToList } from "#services/kit/tags.ts";
import { stackNotFound, validationError } from "../errors.ts";
import { revisions, stacks, type Revision, type StackRecord } from "../records.ts";
import { findStack } from "../stack/find-stack.ts";
import { parseTemplate } from "../template/template.ts";
import type { CloudFormationState } from "../state.ts";

/** Stacks in one answer: AWS stops at 1 MB; a stack takes up to some kilobytes. */
const pageSize = 100;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html */
export const describeStacks: Operation<
  "cloudformation",
  "DescribeStacks",
  CloudFormationState
> = async ({ StackName: name, NextToken: token }, context) => {
  const { account, region, clock, store } = context;
  const scope = { account, region };
  const { found, nextToken } = await store.transaction(async (tx) => {
    const page =
      name === undefined
        ? paginate(await liveStacks(), {
            limit: pageSize,
            token,
            keyOf: ({ uuid }) => uuid,
            invalidToken: () => validationError("NextToken is invalid"),
          })
        : { items: [await one(name)], nextToken: undefined };
    const withRevisions: { stack: StackRecord; revision: Revision | undefined }[] = [];
    for (const stack of page.items)
      withRevisions.push({
        stack,
        revision: await revisions.get(tx, scope, stack.uuid, stack.revision),
      });
    return { found: withRevisions, nextToken: page.nextToken };

    async function liveStacks() {
      const all = await stacks.list(tx, scope);
      return all.filter(({ status }) => status !== "DELETE_COMPLETE");
    }
    async function one(nameOrId: string) {
      const stack = await findStack(tx, scope, nameOrId, clock.now());
      if (!stack) throw stackNotFound(nameOrId);
      return stack;
    }
  });
  return {
    Stacks: found.map(({ stack, revision }) => describe(stack, revision)),
    NextToken: nextToken,
  };
};

function describe(stack: StackRecord, revision: Revision | undefined): Stack {
  const review = stack.status === "REVIEW_IN_PROGRESS";
  const template = revision && !review ? parseTemplate(revision.body) : undefined;
  return {
    StackId: stack.arn,
    StackName: stack.name,
    ChangeSetId: stack.changeSetArn,
    Description: template?.description,
    Parameters: Object.entries(revision?.parameters ?? {}).map(([key, value]) => ({
      ParameterKey: key,
      ParameterValue: template?.parameters[key]?.NoEcho ? "****" : value,
      ...(revision!.stored[key] !== undefined && { ResolvedValue: revision!.stored[key] }),
    })),
    CreationTime: dateOf(stack.createdMs),
    LastUpdatedTime: stack.updatedMs === undefined ? undefined : dateOf(stack.updatedMs),
    DeletionTime: stack.deletedMs === undefined ? undefined : dateOf(stack.deletedMs),
    RollbackConfiguration: {},
    StackStatus: stack.status,
    StackStatusReason: stack.statusReason,
    DisableRollback: stack.disableRollback,
    NotificationARNs: revision?.notificationArns ?? [],
    TimeoutInMinutes: stack.timeoutMinutes,
    Capabilities: (revision?.capabilities ?? []) as Stack["Capabilities"],
    Outputs: stack.outputs.map(({ key, value, description, exportName }) => ({
      OutputKey: key,
      OutputValue: value,
      Description: description,
      ExportName: exportName,
    })),
    RoleARN: revision?.roleArn,
    Tags: tagsToList(revision?.tags),
    EnableTerminationProtection: stack.terminationProtection,
    ParentId: stack.parentArn,
    RootId: stack.rootArn,
    DriftInformation: { StackDriftStatus: "NOT_CHECKED" },
  };
}
