import { formatArn } from "#services/kit/arn.ts";
import type { Operation } from "#services/kit/service.ts";
import {
  changeSetExists,
  namedStackNotFound,
  notSupported,
  stackExists,
  validationError,
} from "../errors.ts";
import {
  changeSets,
  revisions,
  stackNames,
  stacks,
  type ChangeSetRecord,
  type StackRecord,
} from "../records.ts";
import type { CloudFormationState } from "../state.ts";
import { describeChanges } from "../stack/describe-changes.ts";
import { stackEvent, stackType, writeEvents } from "../stack/events.ts";
import { findStack } from "../stack/find-stack.ts";
import { prepareDeployment } from "../stack/prepare.ts";
import { blankStack, newIdentity } from "../stack/start-operation.ts";
import { parseTemplate } from "../template/template.ts";
import { requireUpdatable } from "./update-stack.ts";

const noChanges =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html */
export const createChangeSet: Operation<
  "cloudformation",
  "CreateChangeSet",
  CloudFormationState
> = async (input, context) => {
  const { account, region, clock, random, store } = context;
  const scope = { account, region };
  const name = input.StackName!;
  const type = input.ChangeSetType ?? "UPDATE";
  if (type === "IMPORT") throw notSupported("importing existing resources");
  if (input.ImportExistingResources) throw notSupported("importing existing resources");
  const now = clock.now();
  const found = await store.transaction(async (tx) => {
    const stack = await findStack(tx, scope, name, now);
    const sets = stack ? await changeSets.list(tx, scope, [stack.uuid]) : [];
    const twin = sets.find((set) => set.name === input.ChangeSetName);
    const revision =
      stack && type === "UPDATE"
        ? await revisions.get(tx, scope, stack.uuid, stack.revision)
        : undefined;
    return { stack, twin, revision };
  });
  const stack = chooseStack();
  if (found.twin) {
    if (input.ClientToken !== undefined && found.twin.clientToken === input.ClientToken)
      return { Id: found.twin.arn, StackId: stack.arn };
    throw changeSetExists(found.twin.name);
  }
  const prepared = await prepareDeployment(input, context, stack, found.revision);
  // CDK asks for nested change sets of every stack, whether it has nested ones or not.
  if (input.IncludeNestedStacks && hasNestedStacks(prepared.revision.body))
    throw notSupported("change sets for nested stacks");
  const empty = type === "UPDATE" && prepared.changes.length === 0 && !prepared.changesStack;
  const uuid = random.uuid();
  const changeSet: ChangeSetRecord = {
    uuid,
    arn: formatArn("cloudformation", scope, `changeSet/${input.ChangeSetName}/${uuid}`),
    name: input.ChangeSetName!,
    ...(input.Description !== undefined && { description: input.Description }),
    stackUuid: stack.uuid,
    type,
    createdMs: now,
    status: empty ? "FAILED" : "CREATE_COMPLETE",
    ...(empty && { statusReason: noChanges }),
    executionStatus: empty ? "UNAVAILABLE" : "AVAILABLE",
    ...(input.OnStackFailure !== undefined && { onStackFailure: input.OnStackFailure }),
    revision: prepared.revision,
    changes: describeChanges(prepared.changes),
    ...(input.ClientToken !== undefined && { clientToken: input.ClientToken }),
  };
  await store.transaction(async (tx) => {
    if (type === "CREATE" && !(await stacks.get(tx, scope, stack.uuid))) {
      const reason = "User Initiated";
      const facts = { now, random, clientRequestToken: undefined, notificationArns: [] };
      const count = writeEvents(
        tx,
        scope,
        stack,
        [stackEvent(stack, "REVIEW_IN_PROGRESS", reason)],
        facts,
      );
      stacks.put(tx, scope, [stack.uuid], { ...stack, statusReason: reason, events: count });
      stackNames.put(tx, scope, [stack.name], stack.uuid);
    }
    changeSets.put(tx, scope, [stack.uuid, uuid], changeSet);
  });
  return { Id: changeSet.arn, StackId: stack.arn };

  function chooseStack(): StackRecord {
    const present = found.stack?.status === "DELETE_COMPLETE" ? undefined : found.stack;
    if (type === "UPDATE") {
      if (!present) throw namedStackNotFound(name);
      if (present.status === "REVIEW_IN_PROGRESS")
        throw validationError(
          `Stack:${present.arn} is in REVIEW_IN_PROGRESS state and can not be updated.`,
        );
      requireUpdatable(present);
      return present;
    }
    if (present && present.status !== "REVIEW_IN_PROGRESS") throw stackExists(name);
    const identity = newIdentity(random, scope, name);
    return present ?? blankStack({ identity, onFailure: "ROLLBACK" }, now, "REVIEW_IN_PROGRESS");
  }
};

function hasNestedStacks(body: string): boolean {
  const { resources } = parseTemplate(body);
  return Object.values(resources).some(({ Type }) => Type === stackType);
}
