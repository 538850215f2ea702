/** The operations that show a stack's resources. */
import type { Context, Operation } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { dateOf } from "#runtime/date.ts";
import { paginate } from "#services/kit/pagination.ts";
import type { Transaction } from "#store/store.ts";
import { stackNotFound, validationError } from "../errors.ts";
import { resources, stacks, type ResourceRecord, type StackRecord } from "../records.ts";
import type { CloudFormationState } from "../state.ts";
import { findStack } from "../stack/find-stack.ts";

const pageSize = 100;

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResource.html */
export const describeStackResource: Operation<
  "cloudformation",
  "DescribeStackResource",
  CloudFormationState
> = async ({ StackName: name = "", LogicalResourceId: logicalId = "" }, context) => {
  const { stack, list } = await resourcesOf(context, name);
  const record = list.find((candidate) => candidate.logicalId === logicalId);
  if (!record)
    throw validationError(`Resource ${logicalId} does not exist for stack ${stack.name}`);
  return {
    StackResourceDetail: {
      StackName: stack.name,
      StackId: stack.arn,
      LogicalResourceId: record.logicalId,
      PhysicalResourceId: record.physicalId,
      ResourceType: record.type,
      LastUpdatedTimestamp: dateOf(record.updatedMs),
      ResourceStatus: record.status,
      ResourceStatusReason: record.statusReason,
      Metadata: record.metadata === undefined ? "{}" : JSON.stringify(record.metadata),
      DriftInformation: { StackResourceDriftStatus: "NOT_CHECKED" },
    },
  };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStackResources.html */
export const describeStackResources: Operation<
  "cloudformation",
  "DescribeStackResources",
  CloudFormationState
> = async (input, context) => {
  const { StackName: name, LogicalResourceId: logicalId, PhysicalResourceId: physicalId } = input;
  if ((name === undefined) === (physicalId === undefined))
    throw validationError("You must specify either StackName or PhysicalResourceId, but not both.");
  const { stack, list } =
    name === undefined ? await holderOf(context, physicalId!) : await resourcesOf(context, name);
  const shown =
    logicalId === undefined ? list : list.filter((record) => record.logicalId === logicalId);
  if (logicalId !== undefined && shown.length === 0)
    throw validationError(`Resource ${logicalId} does not exist for stack ${stack.name}`);
  return {
    StackResources: shown.map((record) => ({
      StackName: stack.name,
      StackId: stack.arn,
      LogicalResourceId: record.logicalId,
      PhysicalResourceId: record.physicalId,
      ResourceType: record.type,
      Timestamp: dateOf(record.updatedMs),
      ResourceStatus: record.status,
      ResourceStatusReason: record.statusReason,
      DriftInformation: { StackResourceDriftStatus: "NOT_CHECKED" },
    })),
  };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ListStackResources.html */
export const listStackResources: Operation<
  "cloudformation",
  "ListStackResources",
  CloudFormationState
> = async ({ StackName: name = "", NextToken: token }, context) => {
  const { list } = await resourcesOf(context, name);
  const { items, nextToken } = paginate(list, {
    limit: pageSize,
    token,
    keyOf: ({ logicalId }) => logicalId,
    invalidToken: () => validationError("NextToken is invalid"),
  });
  return {
    StackResourceSummaries: items.map((record) => ({
      LogicalResourceId: record.logicalId,
      PhysicalResourceId: record.physicalId,
      ResourceType: record.type,
      LastUpdatedTimestamp: dateOf(record.updatedMs),
      ResourceStatus: record.status,
      ResourceStatusReason: record.statusReason,
      DriftInformation: { StackResourceDriftStatus: "NOT_CHECKED" },
    })),
    NextToken: nextToken,
  };
};

interface Held {
  stack: StackRecord;
  list: ResourceRecord[];
}

function resourcesOf(context: Context<CloudFormationState>, name: string): Promise<Held> {
  const { account, region, clock, store } = context;
  return store.transaction(async (tx) => {
    const stack = await findStack(tx, { account, region }, name, clock.now());
    if (!stack) throw stackNotFound(name);
    return { stack, list: await resources.list(tx, { account, region }, [stack.uuid]) };
  });
}

/** The stack that holds a physical resource. */
function holderOf(context: Context<CloudFormationState>, physicalId: string): Promise<Held> {
  const { account, region, store } = context;
  return store.transaction(async (tx) => {
    const held = await find(tx, { account, region }, physicalId);
    if (!held) throw validationError(`Stack for ${physicalId} does not exist`);
    return held;
  });
}

async function find(tx: Transaction, scope: Scope, physicalId: string): Promise<Held | undefined> {
  for (const stack of await stacks.list(tx, scope)) {
    if (stack.status === "DELETE_COMPLETE") continue;
    const list = await resources.list(tx, scope, [stack.uuid]);
    if (list.some((record) => record.physicalId === physicalId)) return { stack, list };
  }
  return undefined;
}
