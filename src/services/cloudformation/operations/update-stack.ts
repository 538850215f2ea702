import type { Operation } from "#services/kit/service.ts";
import { namedStackNotFound, validationError, wrongState } from "../errors.ts";
import { revisions, stacks, type StackRecord, type StackStatus } from "../records.ts";
import type { CloudFormationState } from "../state.ts";
import { findStack } from "../stack/find-stack.ts";
import { prepareDeployment } from "../stack/prepare.ts";
import { startUpdate } from "../stack/start-operation.ts";

const updatable: readonly StackStatus[] = [
  "CREATE_COMPLETE",
  "UPDATE_COMPLETE",
  "UPDATE_ROLLBACK_COMPLETE",
  "CREATE_FAILED",
  "UPDATE_FAILED",
];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_UpdateStack.html */
export const updateStack: Operation<"cloudformation", "UpdateStack", CloudFormationState> = async (
  input,
  context,
) => {
  const { account, region, clock, random, store } = context;
  const scope = { account, region };
  const name = input.StackName!;
  const { stack, previous } = await store.transaction(async (tx) => {
    const found = await findStack(tx, scope, name, clock.now());
    if (!found || found.status === "DELETE_COMPLETE") throw namedStackNotFound(name);
    return {
      stack: found,
      previous: await revisions.get(tx, scope, found.uuid, found.revision),
    };
  });
  const token = input.ClientRequestToken;
  if (token !== undefined && stack.operation?.clientRequestToken === token)
    return { StackId: stack.arn };
  requireUpdatable(stack);
  const prepared = await prepareDeployment(input, context, stack, previous);
  // What failed before may be tried again without a change.
  const failed = stack.status.endsWith("_FAILED");
  if (prepared.changes.length === 0 && !prepared.changesStack && !failed)
    throw validationError("No updates are to be performed.");
  await store.transaction(async (tx) => {
    const current = await stacks.get(tx, scope, stack.uuid);
    requireUpdatable(current ?? stack);
    const facts = { scope, now: clock.now(), random, clientRequestToken: token };
    await startUpdate(tx, facts, current ?? stack, prepared.revision, {
      disableRollback: input.DisableRollback ?? false,
    });
  });
  return { StackId: stack.arn };
};

export function requireUpdatable(stack: StackRecord): void {
  if (stack.operation || !updatable.includes(stack.status))
    throw wrongState(stack.arn, stack.status, "updated");
}
