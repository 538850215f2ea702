/** The operations that change what happens to a stack while something happens to it. */
import type { Context, Operation } from "#services/kit/service.ts";
import type { Transaction } from "#store/store.ts";
import { namedStackNotFound, notSupported, validationError, wrongState } from "../errors.ts";
import { resources, signals, stacks, type StackRecord } from "../records.ts";
import type { CloudFormationState } from "../state.ts";
import { findStack } from "../stack/find-stack.ts";
import { logicalIds, startRollback } from "../stack/start-operation.ts";

type State = CloudFormationState;

async function requireStack(tx: Transaction, context: Context<State>, name: string) {
  const { account, region, clock } = context;
  const stack = await findStack(tx, { account, region }, name, clock.now());
  if (!stack || stack.status === "DELETE_COMPLETE") throw namedStackNotFound(name);
  return stack;
}

function factsOf({ account, region, clock, random }: Context<State>, token: string | undefined) {
  return { scope: { account, region }, now: clock.now(), random, clientRequestToken: token };
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CancelUpdateStack.html */
export const cancelUpdateStack: Operation<"cloudformation", "CancelUpdateStack", State> = async (
  { StackName: name = "" },
  context,
) => {
  await context.store.transaction(async (tx) => {
    const stack = await requireStack(tx, context, name);
    if (stack.operation?.phase !== "update")
      throw validationError("CancelUpdateStack cannot be called from current stack status");
    const cancelled: StackRecord = {
      ...stack,
      operation: { ...stack.operation, abortReason: "User Initiated", onFailure: "ROLLBACK" },
    };
    stacks.put(tx, context, [stack.uuid], cancelled);
  });
  return {};
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ContinueUpdateRollback.html */
export const continueUpdateRollback: Operation<
  "cloudformation",
  "ContinueUpdateRollback",
  State
> = async (input, context) => {
  const { StackName: name = "", ResourcesToSkip: skip = [] } = input;
  await context.store.transaction(async (tx) => {
    const stack = await requireStack(tx, context, name);
    if (stack.status !== "UPDATE_ROLLBACK_FAILED")
      throw validationError(
        `Stack:${stack.arn} is in ${stack.status} state and can not continue update rollback.`,
      );
    const known = await logicalIds(tx, context, stack);
    const unknown = skip.filter((id) => !known.includes(id));
    if (unknown.length > 0)
      throw validationError(
        `Resources [${unknown.join(", ")}] do not exist in stack ${stack.name}`,
      );
    await startRollback(tx, factsOf(context, input.ClientRequestToken), stack, { skip });
  });
  return {};
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_RollbackStack.html */
export const rollbackStack: Operation<"cloudformation", "RollbackStack", State> = async (
  input,
  context,
) => {
  const { StackName: name = "" } = input;
  if (input.RetainExceptOnCreate) throw notSupported("the parameter RetainExceptOnCreate");
  const arn = await context.store.transaction(async (tx) => {
    const stack = await requireStack(tx, context, name);
    if (stack.status !== "CREATE_FAILED" && stack.status !== "UPDATE_FAILED")
      throw wrongState(stack.arn, stack.status, "rolled back");
    await startRollback(tx, factsOf(context, input.ClientRequestToken), stack, {});
    return stack.arn;
  });
  return { StackId: arn };
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_SignalResource.html */
export const signalResource: Operation<"cloudformation", "SignalResource", State> = async (
  input,
  context,
) => {
  const { StackName: name = "", LogicalResourceId: logicalId = "" } = input;
  await context.store.transaction(async (tx) => {
    const stack = await requireStack(tx, context, name);
    const record = await resources.get(tx, context, stack.uuid, logicalId);
    if (!record)
      throw validationError(`Resource ${logicalId} does not exist for stack ${stack.name}`);
    if (!stack.operation)
      throw validationError(
        `Stack:${stack.arn} is in ${stack.status} state and can not be signaled.`,
      );
    signals.put(tx, context, [stack.uuid, logicalId, input.UniqueId!], {
      status: input.Status === "FAILURE" ? "FAILURE" : "SUCCESS",
      receivedMs: context.clock.now(),
    });
  });
  return {};
};

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateTerminationProtection.html */
export const updateTerminationProtection: Operation<
  "cloudformation",
  "UpdateTerminationProtection",
  State
> = async ({ StackName: name = "", EnableTerminationProtection: enabled = false }, context) => {
  const arn = await context.store.transaction(async (tx) => {
    const stack = await requireStack(tx, context, name);
    if (stack.parentArn !== undefined)
      throw validationError(
        "TerminationProtection cannot be updated on nested stacks. Update it on the root stack.",
      );
    stacks.put(tx, context, [stack.uuid], { ...stack, terminationProtection: enabled });
    return stack.arn;
  });
  return { StackId: arn };
};
