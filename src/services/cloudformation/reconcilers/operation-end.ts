/** How records and operations look when a phase is over. */
import type { ResourceRecord, StackOperation, StackStatus } from "../records.ts";
import type { Turn } from "./turn.ts";

/** The phase that deletes what was replaced; the stack then has the status given. */
export function cleanupAfter(turn: Turn, outcome: StackStatus): StackOperation {
  const { operation, env } = turn;
  const { abortReason: _over, deadlineMs: _deadline, ...kept } = operation;
  return { ...kept, id: env.random.uuid(), phase: "cleanup", outcome };
}

/** A record when no operation runs any more. */
export function settled(record: ResourceRecord): ResourceRecord {
  const { before: _before, work: _work, doneIn: _doneIn, ...kept } = record;
  return kept;
}
