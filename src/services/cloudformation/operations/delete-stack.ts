import type { Operation } from "#services/kit/service.ts";
import { validationError } from "../errors.ts";
import type { StackStatus } from "../records.ts";
import type { CloudFormationState } from "../state.ts";
import { findStack } from "../stack/find-stack.ts";
import { logicalIds, startDelete } from "../stack/start-operation.ts";

const busy: readonly StackStatus[] = [
  "UPDATE_IN_PROGRESS",
  "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
  "UPDATE_ROLLBACK_IN_PROGRESS",
  "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
];

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DeleteStack.html */
export const deleteStack: Operation<"cloudformation", "DeleteStack", CloudFormationState> = async (
  input,
  context,
) => {
  const { account, region, clock, random, store } = context;
  const scope = { account, region };
  const name = input.StackName!;
  const now = clock.now();
  await store.transaction(async (tx) => {
    const stack = await findStack(tx, scope, name, now);
    if (!stack || stack.status === "DELETE_COMPLETE" || stack.status === "DELETE_IN_PROGRESS")
      return;
    if (stack.terminationProtection)
      throw validationError(
        `Stack [${stack.name}] cannot be deleted while TerminationProtection is enabled`,
      );
    if (busy.includes(stack.status))
      throw validationError(
        `Stack [${stack.name}] cannot be deleted while in status ${stack.status}`,
      );
    const retain = input.RetainResources ?? [];
    if (retain.length > 0 && stack.status !== "DELETE_FAILED")
      throw validationError(
        `Invalid operation on stack [${stack.arn}]. When you delete a stack, specify which resources to retain only when the stack is in the DELETE_FAILED state.`,
      );
    const known = await logicalIds(tx, scope, stack);
    const unknown = retain.filter((id) => !known.includes(id));
    if (unknown.length > 0)
      throw validationError(
        `The specified resources to retain must be in a valid state. Do not specify resources that are not in the stack: [${unknown.join(", ")}]`,
      );
    const facts = { scope, now, random, clientRequestToken: input.ClientRequestToken };
    await startDelete(tx, facts, stack, {
      retain,
      force: input.DeletionMode === "FORCE_DELETE_STACK",
    });
  });
  return {};
};
