/** Records that a stack is to be created, updated or deleted; the reconciler does it. */
import { formatArn } from "#services/kit/arn.ts";
import type { Random } from "#runtime/random.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import {
  resources,
  revisions,
  stackNames,
  stacks,
  type Revision,
  type StackOperation,
  type StackRecord,
  type StackStatus,
} from "../records.ts";
import { stackEvent, writeEvents } from "./events.ts";
import type { StackIdentity } from "./prepare.ts";

export interface StartFacts {
  scope: Scope;
  now: number;
  random: Random;
  clientRequestToken: string | undefined;
}

export function newIdentity(random: Random, scope: Scope, name: string): StackIdentity {
  const uuid = random.uuid();
  return { uuid, name, arn: formatArn("cloudformation", scope, `stack/${name}/${uuid}`) };
}

export interface NewStack {
  identity: StackIdentity;
  onFailure: StackOperation["onFailure"];
  timeoutMinutes?: number | undefined;
  terminationProtection?: boolean | undefined;
  parent?: { arn: string; rootArn: string } | undefined;
}

/** A stack's first record. Nothing is put. */
export function blankStack(made: NewStack, now: number, status: StackStatus): StackRecord {
  const { identity, parent } = made;
  return {
    ...identity,
    status,
    createdMs: now,
    revision: 1,
    revisions: 1,
    outputs: [],
    disableRollback: made.onFailure === "DO_NOTHING",
    terminationProtection: made.terminationProtection ?? false,
    ...(made.timeoutMinutes !== undefined && { timeoutMinutes: made.timeoutMinutes }),
    ...(parent && { parentArn: parent.arn, rootArn: parent.rootArn }),
    events: 0,
  };
}

/** Puts a stack that starts to be created with the revision given. */
export function startCreate(
  tx: Transaction,
  { scope, now, random, clientRequestToken }: StartFacts,
  stack: StackRecord,
  revision: Revision,
  onFailure: StackOperation["onFailure"],
): StackRecord {
  const operation: StackOperation = {
    id: random.uuid(),
    phase: "create",
    startedMs: now,
    onFailure,
    ...(stack.timeoutMinutes !== undefined && { deadlineMs: now + stack.timeoutMinutes * 60_000 }),
    ...(clientRequestToken !== undefined && { clientRequestToken }),
  };
  const started: StackRecord = {
    ...stack,
    status: "CREATE_IN_PROGRESS",
    statusReason: "User Initiated",
    disableRollback: onFailure === "DO_NOTHING",
    operation,
  };
  started.events = writeEvents(
    tx,
    scope,
    started,
    [stackEvent(started, "CREATE_IN_PROGRESS", "User Initiated")],
    { now, random, clientRequestToken, notificationArns: revision.notificationArns },
  );
  stacks.put(tx, scope, [stack.uuid], started);
  stackNames.put(tx, scope, [stack.name], stack.uuid);
  revisions.put(tx, scope, [stack.uuid, stack.revision], revision);
  return started;
}

/** Puts a stack that starts to become the revision given; it goes back to the present one on failure. */
export async function startUpdate(
  tx: Transaction,
  facts: StartFacts,
  stack: StackRecord,
  revision: Revision,
  { disableRollback }: { disableRollback: boolean },
): Promise<StackRecord> {
  const { scope, now, random, clientRequestToken } = facts;
  // After a failure that was left as it is, the way back still leads to what was there before it.
  const previousRevision = stack.previousRevision ?? stack.revision;
  const next = stack.revisions + 1;
  for (const { id } of await revisions.entries(tx, scope, [stack.uuid]))
    if (id[1] !== previousRevision) revisions.delete(tx, scope, ...id);
  const started: StackRecord = {
    ...stack,
    status: "UPDATE_IN_PROGRESS",
    statusReason: "User Initiated",
    updatedMs: now,
    revision: next,
    revisions: next,
    previousRevision,
    disableRollback,
    operation: {
      id: random.uuid(),
      phase: "update",
      startedMs: now,
      onFailure: disableRollback ? "DO_NOTHING" : "ROLLBACK",
      ...(clientRequestToken !== undefined && { clientRequestToken }),
    },
  };
  started.events = writeEvents(
    tx,
    scope,
    started,
    [stackEvent(started, "UPDATE_IN_PROGRESS", "User Initiated")],
    { now, random, clientRequestToken, notificationArns: revision.notificationArns },
  );
  revisions.put(tx, scope, [stack.uuid, next], revision);
  stacks.put(tx, scope, [stack.uuid], started);
  return started;
}

/** Puts a stack that starts to go. */
export async function startDelete(
  tx: Transaction,
  { scope, now, random, clientRequestToken }: StartFacts,
  stack: StackRecord,
  { retain, force }: { retain: string[]; force: boolean },
): Promise<void> {
  const revision = await revisions.get(tx, scope, stack.uuid, stack.revision);
  const started: StackRecord = {
    ...stack,
    status: "DELETE_IN_PROGRESS",
    statusReason: "User Initiated",
    operation: {
      id: random.uuid(),
      phase: "delete",
      startedMs: now,
      onFailure: "DO_NOTHING",
      retain,
      force,
      ...(clientRequestToken !== undefined && { clientRequestToken }),
    },
  };
  started.events = writeEvents(
    tx,
    scope,
    started,
    [stackEvent(started, "DELETE_IN_PROGRESS", "User Initiated")],
    { now, random, clientRequestToken, notificationArns: revision?.notificationArns ?? [] },
  );
  stacks.put(tx, scope, [stack.uuid], started);
}

/** Starts to take a failed deployment back, as RollbackStack and ContinueUpdateRollback ask. */
export async function startRollback(
  tx: Transaction,
  { scope, now, random, clientRequestToken }: StartFacts,
  stack: StackRecord,
  { skip = [] }: { skip?: string[] },
): Promise<void> {
  const creating = stack.status === "CREATE_FAILED";
  const status = creating ? "ROLLBACK_IN_PROGRESS" : "UPDATE_ROLLBACK_IN_PROGRESS";
  const revision = await revisions.get(tx, scope, stack.uuid, stack.revision);
  const started: StackRecord = {
    ...stack,
    status,
    statusReason: "User Initiated",
    operation: {
      id: random.uuid(),
      phase: creating ? "rollback-create" : "rollback-update",
      startedMs: now,
      onFailure: "ROLLBACK",
      skip,
      ...(clientRequestToken !== undefined && { clientRequestToken }),
    },
  };
  started.events = writeEvents(
    tx,
    scope,
    started,
    [stackEvent(started, status, "User Initiated")],
    {
      now,
      random,
      clientRequestToken,
      notificationArns: revision?.notificationArns ?? [],
    },
  );
  stacks.put(tx, scope, [stack.uuid], started);
}

/** The logical ids of a stack's resources. */
export async function logicalIds(
  tx: Transaction,
  scope: Scope,
  stack: StackRecord,
): Promise<string[]> {
  return (await resources.list(tx, scope, [stack.uuid])).map(({ logicalId }) => logicalId);
}
