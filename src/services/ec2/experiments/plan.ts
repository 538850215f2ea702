/** What an experiment does next: a pure decision from its record and the time. */
import type { ExperimentRecord } from "./records.ts";

export interface ExperimentPlan {
  begin: string[];
  end: string[];
  /** Given once no action is left that could do something. */
  outcome?: "completed" | "stopped" | "failed";
  afterMs?: number;
}

export function planExperiment(
  { actions, state }: ExperimentRecord,
  nowMs: number,
): ExperimentPlan {
  const all = Object.entries(actions);
  const running = all.filter(([, action]) => action.state === "running");
  if (state === "stopping")
    return running.length > 0
      ? { begin: [], end: running.map(([name]) => name) }
      : {
          begin: [],
          end: [],
          outcome: all.some(([, one]) => one.state === "failed") ? "failed" : "stopped",
        };
  const end = running.filter(([, { dueMs }]) => dueMs! <= nowMs).map(([name]) => name);
  const begin = all
    .filter(
      ([, action]) =>
        action.state === "pending" &&
        action.startAfter.every((name) => actions[name]!.state === "completed"),
    )
    .map(([name]) => name);
  if (begin.length + end.length > 0) return { begin, end };
  if (running.length === 0) return { begin, end, outcome: "completed" };
  const nextMs = Math.min(...running.map(([, { dueMs }]) => dueMs!));
  return { begin, end, afterMs: nextMs - nowMs };
}
