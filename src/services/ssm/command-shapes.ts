/** Commands and invocations as the API shows them. */
import { dateOf, isoMillis } from "#runtime/date.ts";
import { isOver, pluginName, statusDetails, statusOf, truncated } from "./commands.ts";
import { longestInvocationOutput, longestPluginOutput } from "./limits.ts";
import type { CommandRecord, InvocationRecord } from "./records.ts";

export function commandShape(command: CommandRecord, runs: readonly InvocationRecord[]) {
  const status = statusOf(runs);
  const nobody = runs.length === 0;
  return {
    CommandId: command.commandId,
    DocumentName: command.documentName,
    DocumentVersion: "$DEFAULT",
    Comment: command.comment,
    Parameters: command.parameters,
    InstanceIds: command.instanceIds,
    Targets: command.targets.map(({ key, values }) => ({ Key: key, Values: values })),
    RequestedDateTime: dateOf(command.requestedMs),
    ExpiresAfter: dateOf(command.expiresMs),
    Status: status,
    StatusDetails: nobody ? "NoInstancesInTag" : status,
    MaxConcurrency: "50",
    MaxErrors: "0",
    TargetCount: runs.length,
    CompletedCount: runs.filter(isOver).length,
    ErrorCount: runs.filter(({ status: one }) => one === "Failed" || one === "TimedOut").length,
    DeliveryTimedOutCount: runs.filter((one) => statusDetails(one) === "DeliveryTimedOut").length,
    TimeoutSeconds: command.deliverySeconds,
  } as const;
}

/** What GetCommandInvocation answers. */
export function invocationDetail(command: CommandRecord, run: InvocationRecord) {
  const { startedMs, endedMs } = run;
  const elapsedMs = startedMs === undefined || endedMs === undefined ? 0 : endedMs - startedMs;
  return {
    CommandId: run.commandId,
    InstanceId: run.instanceId,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: "$DEFAULT",
    PluginName: pluginName,
    ResponseCode: run.exitCode,
    ExecutionStartDateTime: startedMs === undefined ? "" : isoMillis(startedMs),
    ExecutionElapsedTime: endedMs === undefined ? "" : `PT${elapsedMs / 1000}S`,
    ExecutionEndDateTime: endedMs === undefined ? "" : isoMillis(endedMs),
    Status: run.status,
    StatusDetails: statusDetails(run),
    StandardOutputContent: truncated(run.stdout, longestInvocationOutput),
    StandardOutputUrl: "",
    StandardErrorContent: truncated(run.stderr, longestInvocationOutput),
    StandardErrorUrl: "",
  };
}

/** An invocation as lists show it, with its plugin's output when details are asked for. */
export function invocationShape(command: CommandRecord, run: InvocationRecord, details: boolean) {
  const plugin = {
    Name: pluginName,
    Status: run.status,
    StatusDetails: statusDetails(run),
    ResponseCode: run.exitCode,
    ...(run.startedMs !== undefined && { ResponseStartDateTime: dateOf(run.startedMs) }),
    ...(run.endedMs !== undefined && { ResponseFinishDateTime: dateOf(run.endedMs) }),
    Output: truncated(run.stdout + run.stderr, longestPluginOutput),
  };
  return {
    CommandId: run.commandId,
    InstanceId: run.instanceId,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: "$DEFAULT",
    RequestedDateTime: dateOf(run.requestedMs),
    Status: run.status,
    StatusDetails: statusDetails(run),
    CommandPlugins: details ? [plugin] : [],
  };
}
