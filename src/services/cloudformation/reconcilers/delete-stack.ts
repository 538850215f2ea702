/** The phases "delete" and "rollback-create": everything goes, dependents first. */
import { changeSets, customRequests, stackNames } from "../records.ts";
import { importers, writeOutputs } from "../stack/outputs.ts";
import { keeps } from "./cleanup.ts";
import { tearDown } from "./tear-down.ts";
import type { Turn } from "./turn.ts";

/** One pass of the phase "delete". */
export async function deleteStack(turn: Turn): Promise<void> {
  const { operation, stack, scope, resources, env } = turn;
  const used = await env.store.transaction(async (tx) => {
    for (const { exportName } of stack.outputs) {
      const users = exportName === undefined ? [] : await importers(tx, scope, exportName);
      const others = users.filter((name) => name !== stack.name);
      if (others.length > 0) return { exportName, others };
    }
    return undefined;
  });
  if (used)
    return turn.moveStack("DELETE_FAILED", undefined, {
      reason: `Delete canceled. Cannot delete export ${used.exportName} as it is in use by ${used.others.join(", ")}.`,
    });
  const records = [...resources.values(), ...turn.discarded.values()].filter(
    ({ status, doneIn }) => doneIn === operation.id || !isGone(status),
  );
  const { done, failed } = await tearDown(turn, records, {
    keeps: (record) => keeps(record) || (operation.retain ?? []).includes(record.logicalId),
  });
  if (!done) return;
  if (failed.length > 0 && !operation.force)
    return turn.moveStack("DELETE_FAILED", undefined, {
      reason: `The following resource(s) failed to delete: [${failed.join(", ")}]. `,
    });
  turn.atCommit(async (tx) => {
    if ((await stackNames.get(tx, scope, stack.name)) === stack.uuid)
      stackNames.delete(tx, scope, stack.name);
    await writeOutputs(tx, scope, stack, [], undefined);
    for (const { id } of await changeSets.entries(tx, scope, [stack.uuid]))
      changeSets.delete(tx, scope, ...id);
    for (const { id } of await customRequests.entries(tx, scope, [stack.uuid]))
      customRequests.delete(tx, scope, ...id);
  });
  turn.moveStack("DELETE_COMPLETE", undefined, { deletedMs: turn.now });
}

function isGone(status: string): boolean {
  return status === "DELETE_COMPLETE" || status === "DELETE_SKIPPED";
}

/** One pass of the phase "rollback-create". */
export async function rollBackCreate(turn: Turn): Promise<void> {
  const { done, failed } = await tearDown(turn, [...turn.resources.values()], {
    keeps: (record) => record.deletionPolicy === "Retain",
  });
  if (!done) return;
  if (failed.length > 0)
    return turn.moveStack("ROLLBACK_FAILED", undefined, {
      reason: `The following resource(s) failed to delete: [${failed.join(", ")}]. `,
    });
  turn.moveStack("ROLLBACK_COMPLETE", undefined);
}
