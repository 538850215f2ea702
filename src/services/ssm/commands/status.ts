/** How far a command has come, from its invocations. https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html */
import type { CommandRecord, InvocationRecord } from "./records.ts";

type Status =
  | "Pending"
  | "InProgress"
  | "Success"
  | "Cancelled"
  | "Failed"
  | "TimedOut"
  | "Cancelling";

export function isOver({ status }: InvocationRecord): boolean {
  return ["Success", "Failed", "TimedOut", "Cancelled"].includes(status);
}

export function isWaiting({ status }: InvocationRecord): boolean {
  return status === "Pending" || status === "Delayed";
}

/** What counts against MaxErrors: neither what was never delivered nor what was called off. */
export function isError({ status, details }: InvocationRecord): boolean {
  return (
    (status === "Failed" && details !== "Undeliverable") ||
    (status === "TimedOut" && details !== "DeliveryTimedOut")
  );
}

/** "10" or "10%" of so many, at least the least. */
export function shareOf(text: string, total: number, least: number): number {
  const share = text.endsWith("%")
    ? Math.floor((total * Number(text.slice(0, -1))) / 100)
    : Number(text);
  return Math.max(least, share);
}

/** More errors than this end the command. */
export function errorLimit({ maxErrors }: CommandRecord, total: number): number {
  return shareOf(maxErrors, total, 0);
}

export function commandStatus(
  command: CommandRecord,
  runs: readonly InvocationRecord[],
): { status: Status; details: string } {
  const same = (status: Status) => ({ status, details: status });
  if (runs.length === 0) return { status: "Success", details: "NoInstancesInTag" };
  const over = runs.filter(isOver);
  if (over.length < runs.length) {
    if (command.cancelled) return same("Cancelling");
    const untouched = runs.every(isWaiting);
    return same(untouched ? "Pending" : "InProgress");
  }
  if (runs.every(({ status }) => status === "Success")) return same("Success");
  if (command.cancelled && runs.some(({ details }) => details === "Cancelled"))
    return same("Cancelled");
  const errors = runs.filter(isError);
  if (errors.length > errorLimit(command, runs.length))
    return errors.some(({ status }) => status === "Failed")
      ? same("Failed")
      : { status: "TimedOut", details: "ExecutionTimedOut" };
  if (runs.every(({ details }) => details === "DeliveryTimedOut"))
    return { status: "TimedOut", details: "DeliveryTimedOut" };
  if (runs.every(({ details }) => details === "Undeliverable"))
    return { status: "Failed", details: "Undeliverable" };
  return { status: "Failed", details: "Incomplete" };
}

export function truncated(output: string, most: number): string {
  const mark = "\n--output truncated--";
  return output.length > most ? output.slice(0, most - mark.length) + mark : output;
}
