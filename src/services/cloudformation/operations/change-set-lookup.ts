/** Finds change sets by name or ARN. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { changeSetNotFound, namedStackNotFound, validationError } from "../errors.ts";
import { changeSets, stacks, type ChangeSetRecord, type StackRecord } from "../records.ts";
import { findStack } from "../stack/find-stack.ts";

export interface FoundChangeSet {
  changeSet: ChangeSetRecord;
  stack: StackRecord;
}

/** Throws when there is none. A name needs its stack; an ARN finds its own. */
export async function findChangeSet(
  tx: Transaction,
  scope: Scope,
  nameOrArn: string,
  stackName: string | undefined,
  now: number,
): Promise<FoundChangeSet> {
  if (nameOrArn.startsWith("arn:")) {
    for (const changeSet of await changeSets.list(tx, scope)) {
      if (changeSet.arn !== nameOrArn) continue;
      const stack = await stacks.get(tx, scope, changeSet.stackUuid);
      if (stack) return { changeSet, stack };
    }
    throw changeSetNotFound(nameOrArn);
  }
  if (stackName === undefined)
    throw validationError(
      "StackName must be specified if ChangeSetName is not specified as an ARN.",
    );
  const stack = await findStack(tx, scope, stackName, now);
  if (!stack) throw namedStackNotFound(stackName);
  const all = await changeSets.list(tx, scope, [stack.uuid]);
  const changeSet = all.find(({ name }) => name === nameOrArn);
  if (!changeSet) throw changeSetNotFound(nameOrArn);
  return { changeSet, stack };
}
