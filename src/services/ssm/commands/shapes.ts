/** Commands and invocations as the API shows them. */
import { dateOf, isoMillis } from "#runtime/date.ts";
import { longestInvocationError, longestInvocationOutput, longestPluginOutput } from "../limits.ts";
import { outputKey } from "./output.ts";
import type { CommandRecord, InvocationRecord, PluginRun } from "./records.ts";
import { commandStatus, isError, isOver, truncated } from "./status.ts";

/** What a command and its invocations say alike of where output and news go. */
function delivery({ logsAsked, notification, serviceRole }: CommandRecord) {
  return {
    ServiceRole: serviceRole ?? "",
    NotificationConfig: {
      NotificationArn: notification?.topicArn ?? "",
      NotificationEvents: (notification?.events ?? []) as "All"[],
      NotificationType: notification?.type,
    },
    CloudWatchOutputConfig: {
      CloudWatchLogGroupName: logsAsked?.group ?? "",
      CloudWatchOutputEnabled: logsAsked?.enabled ?? false,
    },
  };
}

export function commandShape(command: CommandRecord, runs: readonly InvocationRecord[]) {
  const { status, details } = commandStatus(command, runs);
  return {
    CommandId: command.commandId,
    DocumentName: command.documentName,
    DocumentVersion: command.documentVersion,
    Comment: command.comment,
    Parameters: command.parameters,
    InstanceIds: command.instanceIds,
    Targets: command.targets.map(({ key, values }) => ({ Key: key, Values: values })),
    RequestedDateTime: dateOf(command.requestedMs),
    ExpiresAfter: dateOf(command.expiresMs),
    Status: status,
    StatusDetails: details,
    OutputS3Region: command.output?.region,
    OutputS3BucketName: command.output?.bucket ?? "",
    OutputS3KeyPrefix: command.output?.prefix ?? "",
    MaxConcurrency: command.maxConcurrency,
    MaxErrors: command.maxErrors,
    TargetCount: runs.length,
    CompletedCount: runs.filter(isOver).length,
    ErrorCount: runs.filter(isError).length,
    DeliveryTimedOutCount: runs.filter((one) => one.details === "DeliveryTimedOut").length,
    ...delivery(command),
    TimeoutSeconds: command.deliverySeconds,
  };
}

/** Of a step, or of the whole when there are several steps and none was named. */
export function invocationDetail(
  command: CommandRecord,
  run: InvocationRecord,
  index: number | undefined,
) {
  const plugin = index === undefined ? undefined : run.plugins[index];
  const { startedMs, endedMs } = plugin ?? run;
  const elapsedMs = startedMs === undefined || endedMs === undefined ? 0 : endedMs - startedMs;
  const url = (stream: "stdout" | "stderr") =>
    index === undefined ? "" : outputUrl(command, run, index, stream);
  return {
    CommandId: run.commandId,
    InstanceId: run.instanceId,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: command.documentVersion,
    PluginName: plugin?.name ?? "",
    ResponseCode: plugin?.exitCode ?? -1,
    ExecutionStartDateTime: startedMs === undefined ? "" : isoMillis(startedMs),
    ExecutionElapsedTime: endedMs === undefined ? "" : `PT${elapsedMs / 1000}S`,
    ExecutionEndDateTime: endedMs === undefined ? "" : isoMillis(endedMs),
    Status: plugin && plugin.status !== "Pending" ? plugin.status : run.status,
    StatusDetails: plugin && plugin.status !== "Pending" ? pluginDetails(plugin, run) : run.details,
    StandardOutputContent: truncated(plugin?.stdout ?? "", longestInvocationOutput),
    StandardOutputUrl: url("stdout"),
    StandardErrorContent: truncated(plugin?.stderr ?? "", longestInvocationError),
    StandardErrorUrl: url("stderr"),
    CloudWatchOutputConfig: delivery(command).CloudWatchOutputConfig,
  };
}

function pluginDetails({ status }: PluginRun, run: InvocationRecord): string {
  if (status !== "TimedOut") return status;
  return run.details === "DeliveryTimedOut" ? "DeliveryTimedOut" : "ExecutionTimedOut";
}

/** Where the whole text lies, once it does. https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CommandPlugin.html */
function outputUrl(
  command: CommandRecord,
  run: InvocationRecord,
  index: number,
  stream: "stdout" | "stderr",
): string {
  const { output } = command;
  if (!output || !run.plugins[index]?.[stream]) return "";
  const host = output.region ? `s3.${output.region}.amazonaws.com` : "s3.amazonaws.com";
  return `https://${host}/${output.bucket}/${outputKey(command, run.instanceId, index)}/${stream}`;
}

/** An invocation as lists show it, with its plugins' output when details are asked for. */
export function invocationShape(command: CommandRecord, run: InvocationRecord, details: boolean) {
  const plugins = run.plugins.map((plugin, index) => ({
    Name: plugin.name,
    Status: plugin.status,
    StatusDetails: pluginDetails(plugin, run),
    ResponseCode: plugin.exitCode,
    ...(plugin.startedMs !== undefined && { ResponseStartDateTime: dateOf(plugin.startedMs) }),
    ...(plugin.endedMs !== undefined && { ResponseFinishDateTime: dateOf(plugin.endedMs) }),
    Output: truncated(bothStreams(plugin), longestPluginOutput),
    StandardOutputUrl: outputUrl(command, run, index, "stdout"),
    StandardErrorUrl: outputUrl(command, run, index, "stderr"),
    OutputS3Region: command.output?.region,
    OutputS3BucketName: command.output?.bucket ?? "",
    OutputS3KeyPrefix: command.output ? outputKey(command, run.instanceId, index) : "",
  }));
  const first = run.plugins.length === 1 ? 0 : undefined;
  return {
    CommandId: run.commandId,
    InstanceId: run.instanceId,
    InstanceName: run.instanceName,
    Comment: command.comment,
    DocumentName: command.documentName,
    DocumentVersion: command.documentVersion,
    RequestedDateTime: dateOf(run.requestedMs),
    Status: run.status,
    StatusDetails: run.details,
    StandardOutputUrl: first === undefined ? "" : outputUrl(command, run, first, "stdout"),
    StandardErrorUrl: first === undefined ? "" : outputUrl(command, run, first, "stderr"),
    CommandPlugins: details ? plugins : [],
    ...delivery(command),
  };
}

/** As the agent puts them together. */
function bothStreams({ stdout, stderr }: PluginRun): string {
  return stderr === "" ? stdout : `${stdout}\n----------ERROR-------\n${stderr}`;
}
