/** Carries a stack's resources to what its revision asks for, and decides what a failure leads to. */
import type { ResourceRecord } from "../records.ts";
import { TemplateError } from "../template/values.ts";
import type { Program } from "../stack/program.ts";
import { findMissingValue } from "../stack/existing-values.ts";
import { evaluateOutputs, refuseExportChanges, writeOutputs } from "../stack/outputs.ts";
import { knownFromRecord } from "../stack/evaluate-resource.ts";
import { beginResource } from "./begin-resource.ts";
import { discardReplaced } from "./cleanup.ts";
import { takeStep } from "./make-steps.ts";
import { cleanupAfter, settled } from "./operation-end.ts";
import { startRollback } from "./rollback.ts";
import type { Turn } from "./turn.ts";
import { lookToken } from "./watch-waiting.ts";

/** One pass of the phases "create" and "update". */
export async function deploy(turn: Turn): Promise<void> {
  const { env, operation, resources, state, scope, stack } = turn;
  const program = await state.program(scope, stack, stack.revision);
  const failed = [...resources.values()].filter(
    (record) => record.doneIn === operation.id && record.status.endsWith("_FAILED"),
  );
  if (failed.length > 0 || operation.abortReason !== undefined)
    return giveUp(turn, operation.abortReason);
  if (operation.deadlineMs !== undefined) {
    if (turn.now >= operation.deadlineMs)
      return giveUp(turn, "Stack creation time exceeded the specified timeout.");
    turn.again(operation.deadlineMs - turn.now);
  }
  if (![...resources.values()].some(({ work, doneIn }) => work ?? doneIn === operation.id)) {
    const missing = await findMissingValue(env, scope, program);
    if (missing !== undefined) return giveUp(turn, missing);
  }
  const isDone = (id: string) => resources.get(id)?.doneIn === operation.id;
  const open = program.graph.order.filter((id) => !isDone(id));
  if (open.length === 0) return finish(turn, program);
  const ready = open.filter((id) => [...program.graph.needs.get(id)!].every(isDone));
  await Promise.all(ready.map((id) => advance(turn, program, id)));
}

async function advance(turn: Turn, program: Program, id: string): Promise<void> {
  const record = turn.resources.get(id);
  if (!record?.work) return beginResource(turn, program, id);
  await takeStep(turn, record, program.types.get(record.type)!);
}

async function finish(turn: Turn, program: Program): Promise<void> {
  const { operation, resources, stack, scope, env } = turn;
  try {
    const outputs = await turn.lookups.resolve((lookup) =>
      evaluateOutputs({
        program,
        stack,
        known: (id) => knownFromRecord(resources.get(id)),
        lookup,
      }),
    );
    await env.store.transaction((tx) => refuseExportChanges(tx, scope, stack, outputs));
    const patch = { outputs };
    turn.atCommit((tx) => writeOutputs(tx, scope, stack, outputs, program));
    if (operation.phase === "create") {
      for (const record of resources.values()) turn.put(settled(record));
      return turn.moveStack("CREATE_COMPLETE", undefined, patch);
    }
    discardReplaced(turn, program);
    turn.moveStack(
      "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
      cleanupAfter(turn, "UPDATE_COMPLETE"),
      patch,
    );
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    giveUp(turn, error.message);
  }
}

/** Ends a deployment: what is under way is cancelled, then everything goes back, or stays for inspection. */
function giveUp(turn: Turn, abortReason: string | undefined): void {
  const { operation, resources, env } = turn;
  const creating = operation.phase === "create";
  for (const record of resources.values()) {
    if (!record.work) continue;
    turn.state.paces.delete(lookToken(record));
    const made = record.work.kind === "create" && (!record.before || record.before === "absent");
    turn.report(
      record,
      made ? "CREATE_FAILED" : "UPDATE_FAILED",
      // The work stays where the answer to a call may have been lost.
      { doneIn: operation.id, work: record.physicalId === undefined ? record.work : undefined },
      made ? "Resource creation cancelled" : "Resource update cancelled",
    );
  }
  const failed = [...resources.values()].filter((record) => record.doneIn === operation.id);
  const reason = abortReason ?? failureSentence(failed);
  const { abortReason: _over, deadlineMs: _deadline, ...kept } = operation;
  const next = { ...kept, id: env.random.uuid() };
  if (operation.onFailure === "DO_NOTHING")
    return turn.moveStack(creating ? "CREATE_FAILED" : "UPDATE_FAILED", undefined, { reason });
  if (!creating) return startRollback(turn, next, reason);
  if (operation.onFailure === "DELETE")
    return turn.moveStack(
      "DELETE_IN_PROGRESS",
      { ...next, phase: "delete" },
      { reason: `${reason} Delete requested by user.` },
    );
  turn.moveStack(
    "ROLLBACK_IN_PROGRESS",
    { ...next, phase: "rollback-create" },
    { reason: `${reason} Rollback requested by user.` },
  );
}

function failureSentence(records: readonly ResourceRecord[]): string {
  const named = (status: string) =>
    records.filter((record) => record.status === status).map(({ logicalId }) => logicalId);
  const parts = [
    { verb: "create", ids: named("CREATE_FAILED") },
    { verb: "update", ids: named("UPDATE_FAILED") },
  ].filter(({ ids }) => ids.length > 0);
  return parts
    .map(({ verb, ids }) => `The following resource(s) failed to ${verb}: [${ids.join(", ")}].`)
    .join(" ");
}
