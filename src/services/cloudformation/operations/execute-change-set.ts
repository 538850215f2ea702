import type { Operation } from "#services/kit/service.ts";
import { invalidChangeSetStatus, validationError } from "../errors.ts";
import { changeSets } from "../records.ts";
import type { CloudFormationState } from "../state.ts";
import { startCreate, startUpdate } from "../stack/start-operation.ts";
import { findChangeSet } from "./change-set-lookup.ts";
import { requireUpdatable } from "./update-stack.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html */
export const executeChangeSet: Operation<
  "cloudformation",
  "ExecuteChangeSet",
  CloudFormationState
> = async (input, context) => {
  const { account, region, clock, random, store } = context;
  const scope = { account, region };
  const now = clock.now();
  await store.transaction(async (tx) => {
    const { changeSet, stack } = await findChangeSet(
      tx,
      scope,
      input.ChangeSetName!,
      input.StackName,
      now,
    );
    if (changeSet.executionStatus !== "AVAILABLE")
      throw invalidChangeSetStatus(
        `ChangeSet [${changeSet.arn}] cannot be executed in its current status of [${changeSet.status}]`,
      );
    if (input.RetainExceptOnCreate)
      throw validationError("Fogbank does not support the parameter RetainExceptOnCreate yet.");
    const facts = { scope, now, random, clientRequestToken: input.ClientRequestToken };
    const disabled = input.DisableRollback ?? changeSet.onStackFailure === "DO_NOTHING";
    const executed = { ...stack, changeSetArn: changeSet.arn };
    if (changeSet.type === "CREATE") {
      if (stack.status !== "REVIEW_IN_PROGRESS") requireUpdatable(stack);
      const onFailure = disabled ? "DO_NOTHING" : (changeSet.onStackFailure ?? "ROLLBACK");
      startCreate(tx, facts, executed, changeSet.revision, onFailure);
    } else {
      requireUpdatable(stack);
      await startUpdate(tx, facts, executed, changeSet.revision, { disableRollback: disabled });
    }
    for (const other of await changeSets.list(tx, scope, [stack.uuid]))
      if (other.uuid !== changeSet.uuid) changeSets.delete(tx, scope, stack.uuid, other.uuid);
    changeSets.put(tx, scope, [stack.uuid, changeSet.uuid], {
      ...changeSet,
      executionStatus: "EXECUTE_COMPLETE",
    });
  });
  return {};
};
