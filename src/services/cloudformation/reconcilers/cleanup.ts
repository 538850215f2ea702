/** What becomes of resources that an update replaced or dropped. */
import type { ResourceRecord, ResourceSnapshot } from "../records.ts";
import type { Program } from "../stack/program.ts";
import { settled } from "./operation-end.ts";
import { tearDown } from "./tear-down.ts";
import type { Turn } from "./turn.ts";

/** After a successful deployment: sets aside what the new revision does not hold any more. */
export function discardReplaced(turn: Turn, program: Program): void {
  for (const record of turn.resources.values()) {
    const { before } = record;
    if (!program.graph.needs.has(record.logicalId)) {
      setAside(turn, settled(record));
      turn.remove(record.logicalId);
      continue;
    }
    if (before !== undefined && before !== "absent" && before.token !== record.token)
      setAside(turn, { ...before, deletionPolicy: record.updateReplacePolicy });
    turn.put(settled(record));
  }
}

/** Moves a resource to those that are to be deleted. */
export function setAside(turn: Turn, snapshot: ResourceSnapshot | ResourceRecord): void {
  turn.discard(snapshot);
}

/** One pass of the phase "cleanup". Failures leave resources behind and do not fail the stack. */
export async function cleanUp(turn: Turn): Promise<void> {
  const { operation } = turn;
  const rolledBack = operation.outcome === "UPDATE_ROLLBACK_COMPLETE";
  const { done, failed } = await tearDown(turn, [...turn.discarded.values()], {
    // What the failed update made was never anybody's.
    keeps: (record) => record.deletionPolicy === "Retain" || (!rolledBack && keeps(record)),
  });
  if (!done) return;
  for (const token of turn.discarded.keys()) turn.forgetDiscarded(token);
  turn.moveStack(operation.outcome ?? "UPDATE_COMPLETE", undefined, {
    previousRevision: undefined,
    formerRevision: rolledBack ? undefined : turn.stack.previousRevision,
    ...(failed.length > 0 && {
      reason: "Update successful. One or more resources could not be deleted.",
    }),
  });
}

export function keeps(record: ResourceRecord): boolean {
  return record.deletionPolicy === "Retain" || record.deletionPolicy === "RetainExceptOnCreate";
}
