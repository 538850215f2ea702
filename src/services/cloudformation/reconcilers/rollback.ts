/** Takes a failed update back: replacements are dropped, changed resources become what they were. */
import type { ResourceRecord, ResourceSnapshot, StackOperation } from "../records.ts";
import type { LoadedType } from "../resource-types/catalog.ts";
import { changedProperties } from "../stack/evaluate-resource.ts";
import { setAside } from "./cleanup.ts";
import { takeStep } from "./make-steps.ts";
import { cleanupAfter, settled } from "./operation-end.ts";
import type { Turn } from "./turn.ts";

/** Turns an update into its rollback, in the turn in which it failed. */
export function startRollback(turn: Turn, next: StackOperation, reason: string): void {
  turn.moveStack("UPDATE_ROLLBACK_IN_PROGRESS", { ...next, phase: "rollback-update" }, { reason });
}

/** One pass of the phase "rollback-update". */
export async function rollBackUpdate(turn: Turn): Promise<void> {
  const { operation, resources } = turn;
  const isDone = (record: ResourceRecord) => record.doneIn === operation.id;
  const touched = [...resources.values()].filter((record) => record.before !== undefined);
  const failed = touched.filter((record) => isDone(record) && record.status === "UPDATE_FAILED");
  const busy = touched.some((record) => record.work?.kind === "update");
  if (failed.length > 0 && !busy) {
    const names = failed.map(({ logicalId }) => logicalId).join(", ");
    return turn.moveStack("UPDATE_ROLLBACK_FAILED", undefined, {
      reason: `The following resource(s) failed to update: [${names}].`,
    });
  }
  const open = touched.filter((record) => !isDone(record));
  if (open.length === 0) return finish(turn);
  const openIds = new Set(open.map(({ logicalId }) => logicalId));
  const ready = open.filter(
    ({ before }) => before === "absent" || !before!.needs.some((id) => openIds.has(id)),
  );
  await Promise.all(ready.map((record) => takeBack(turn, record)));
}

async function takeBack(turn: Turn, record: ResourceRecord): Promise<void> {
  const { operation } = turn;
  const before = record.before!;
  if (operation.skip?.includes(record.logicalId))
    return void turn.report(record, "UPDATE_COMPLETE", { doneIn: operation.id, work: undefined });
  if (before === "absent") return drop(turn, record);
  if (before.token !== record.token) return restore(turn, record, before);
  const type = await turn.state.catalog.find(record.type);
  if (record.work?.kind !== "update") return beginUpdateBack(turn, record, before, type!);
  const { previous } = record.work;
  await takeStep(turn, record, type!);
  const after = turn.resources.get(record.logicalId)!;
  // What was not taken back is still there, and a continued rollback starts from it.
  if (after.status === "UPDATE_FAILED") turn.put({ ...after, ...previous });
}

/** A resource that the update made new goes away; the cleanup deletes it. */
function drop(turn: Turn, record: ResourceRecord): void {
  turn.remove(record.logicalId);
  if (record.physicalId !== undefined || record.work) setAside(turn, withoutHistory(record));
}

/** The replacement goes away, the resource that it replaced is the stack's again. */
function restore(turn: Turn, record: ResourceRecord, before: ResourceSnapshot): void {
  if (record.physicalId !== undefined || record.work) setAside(turn, withoutHistory(record));
  const back: ResourceRecord = { ...before, before, doneIn: turn.operation.id };
  turn.report(back, "UPDATE_COMPLETE");
}

/** Keeps the work of a create whose answer may be lost, so that the cleanup looks for it. */
function withoutHistory(record: ResourceRecord): ResourceRecord {
  const { before: _before, doneIn: _doneIn, ...kept } = record;
  return { ...kept, deletionPolicy: "Delete" };
}

function beginUpdateBack(
  turn: Turn,
  record: ResourceRecord,
  before: ResourceSnapshot,
  { definition }: LoadedType,
): void {
  const { operation, now } = turn;
  const properties = changedProperties(record.properties, before.properties);
  const tagged = changedProperties(record.tags, before.tags).length > 0;
  const changed = tagged && !properties.includes("Tags") ? [...properties, "Tags"] : properties;
  if (changed.length === 0 && definition.alwaysUpdated) changed.push("TemplateURL");
  const target: ResourceRecord = { ...before, attributes: record.attributes, before };
  if (changed.length === 0)
    return void turn.report(target, "UPDATE_COMPLETE", { doneIn: operation.id });
  turn.report(target, "UPDATE_IN_PROGRESS", {
    work: {
      kind: "update",
      step: "call",
      startedMs: now,
      attempts: 0,
      changed,
      previous: { properties: record.properties, tags: record.tags },
      updateToken: turn.env.random.uuid(),
    },
  });
}

function finish(turn: Turn): void {
  const { resources, stack } = turn;
  for (const record of resources.values()) turn.put(settled(record));
  turn.moveStack(
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
    cleanupAfter(turn, "UPDATE_ROLLBACK_COMPLETE"),
    stack.previousRevision === undefined ? {} : { revision: stack.previousRevision },
  );
}
