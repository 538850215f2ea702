/** Which invocations of a command may start, and which are over before they began. */
import { errorLimit, isError, isWaiting, shareOf } from "./status.ts";
import type { CommandRecord, InvocationRecord } from "./records.ts";

export interface Plan {
  /** In order; so many of them as are free to start. */
  candidates: InvocationRecord[];
  slots: number;
  /** Those that will never start, with what they become. */
  settled: InvocationRecord[];
}

export function plan(
  command: CommandRecord,
  runs: readonly InvocationRecord[],
  nowMs: number,
): Plan {
  const waiting = runs.filter(isWaiting);
  const end = (run: InvocationRecord, status: InvocationRecord["status"], details: string) => ({
    ...run,
    status,
    details,
    endedMs: nowMs,
    plugins: run.plugins.map((plugin) => ({
      ...plugin,
      status: status === "TimedOut" ? ("TimedOut" as const) : ("Cancelled" as const),
    })),
  });
  const nothing = { candidates: [], slots: 0 };
  if (command.cancelled)
    return { ...nothing, settled: waiting.map((run) => end(run, "Cancelled", "Cancelled")) };
  if (runs.filter(isError).length > errorLimit(command, runs.length))
    return { ...nothing, settled: waiting.map((run) => end(run, "Cancelled", "Terminated")) };
  if (nowMs >= command.requestedMs + command.deliverySeconds * 1000)
    return { ...nothing, settled: waiting.map((run) => end(run, "TimedOut", "DeliveryTimedOut")) };
  const active = runs.filter(({ status }) => status === "InProgress" || status === "Cancelling");
  const slots = shareOf(command.maxConcurrency, runs.length, 1) - active.length;
  return { candidates: waiting, slots: Math.max(0, slots), settled: [] };
}

/** An invocation of an instance that is gone for good. */
export function undeliverable(run: InvocationRecord, nowMs: number): InvocationRecord {
  return { ...run, status: "Failed", details: "Undeliverable", endedMs: nowMs };
}
