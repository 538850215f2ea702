/** Commands and their invocations: what a document runs, and how far it has come. */
import { invalidDocument, invalidParameters } from "./errors.ts";
import { usualExecutionSeconds } from "./limits.ts";
import type { CommandRecord, InvocationRecord } from "./records.ts";

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-command-ssm-plugin-reference.html#aws-runShellScript */
export const pluginName = "aws:runShellScript";
const documentName = "AWS-RunShellScript";

/** The one document that is known, by its name or ARN. */
export function checkDocument(name: string): string {
  const bare = name.replace(/^arn:[^:]+:ssm:[^:]*:[^:]*:document\//, "");
  if (bare !== documentName) throw invalidDocument(name);
  return bare;
}

/** Throws for parameters that the document does not take. */
export function checkCommandParameters(parameters: Record<string, string[]>): void {
  const known = ["commands", "workingDirectory", "executionTimeout"];
  const unknown = Object.keys(parameters).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw invalidParameters(`The parameter ${unknown} is not one of document ${documentName}.`);
  if (!parameters.commands?.length)
    throw invalidParameters(`Document ${documentName} needs the parameter commands.`);
  const timeout = parameters.executionTimeout?.[0];
  if (timeout && !/^([1-9]\d{0,4}|1[0-6]\d{4}|17[01]\d{3}|172[0-7]\d{2}|172800)$/.test(timeout))
    throw invalidParameters(`executionTimeout must be between 1 and 172800, not ${timeout}.`);
}

export function executionSeconds(parameters: Record<string, string[]>): number {
  return Number(parameters.executionTimeout?.[0] || usualExecutionSeconds);
}

/** The lines as one script, in the directory asked for. */
export function scriptOf({ parameters }: CommandRecord): string[] {
  const directory = parameters.workingDirectory?.[0];
  const lines = parameters.commands ?? [];
  const enter = directory ? [`cd '${directory.replaceAll("'", `'\\''`)}' || exit 1`] : [];
  return ["/bin/sh", "-c", [...enter, ...lines].join("\n")];
}

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html */
export function statusOf(invocations: readonly InvocationRecord[]) {
  const has = (status: InvocationRecord["status"]) =>
    invocations.some((one) => one.status === status);
  if (has("InProgress")) return "InProgress";
  if (has("Pending"))
    return invocations.every(({ status }) => status === "Pending") ? "Pending" : "InProgress";
  if (has("TimedOut")) return "TimedOut";
  return has("Failed") ? "Failed" : "Success";
}

export function isOver({ status }: InvocationRecord): boolean {
  return status !== "Pending" && status !== "InProgress";
}

/** Which of the two timeouts it was. */
export function statusDetails({ status, startedMs }: InvocationRecord): string {
  if (status !== "TimedOut") return status;
  return startedMs === undefined ? "DeliveryTimedOut" : "ExecutionTimedOut";
}

export function truncated(output: string, most: number): string {
  const mark = "\n--output truncated--";
  return output.length > most ? output.slice(0, most - mark.length) + mark : output;
}
