/** Where a step's output goes besides the API. https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-rc-setting-up-cwlogs.html */
import { WholeBody } from "#http/http.ts";
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { Client } from "#services/kit/service.ts";
import type { CommandRecord, InvocationRecord, PluginRun } from "./records.ts";
import type { Run } from "./run.ts";

/** Events of one PutLogEvents, and characters of one event. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const mostEvents = 5000;
const longestEvent = 60_000;

const streams = ["stdout", "stderr"] as const;

/** The folder of a step's output in the bucket. */
export function outputKey(
  { output, steps, commandId }: CommandRecord,
  instanceId: string,
  index: number,
): string {
  const { action, name } = steps[index]!;
  const plugin = action.replaceAll(":", "");
  const step = name === action ? `${index}.${plugin}` : name;
  const prefix = output?.prefix ? `${output.prefix.replace(/\/$/, "")}/` : "";
  return `${prefix}${commandId}/${instanceId}/${plugin}/${step}`;
}

/** Output that cannot be delivered is lost as with AWS's agent, and the command's result stays as it is. */
export async function deliverOutput(
  { env, scope, command, invocation }: Omit<Run, "save" | "signal">,
  index: number,
): Promise<void> {
  const plugin = invocation.plugins[index]!;
  const caller = asService(scope, "ssm.amazonaws.com");
  const { output, logGroup } = command;
  const attempt = async (what: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const { commandId, instanceId } = invocation;
      env.log.warn("a command's output was not delivered", {
        ...scope,
        what,
        commandId,
        instanceId,
        error,
      });
    }
  };
  if (output)
    await attempt(`bucket ${output.bucket}`, async () => {
      const s3 = env.clients.s3(output.region ? { ...caller, region: output.region } : caller);
      for (const stream of streams) {
        const body = Buffer.from(plugin[stream]);
        if (body.length === 0) continue;
        await s3.PutObject({
          Bucket: output.bucket,
          Key: `${outputKey(command, invocation.instanceId, index)}/${stream}`,
          Body: new WholeBody(body) as never,
          ContentLength: body.length,
        });
      }
    });
  if (logGroup !== undefined)
    await attempt(`log group ${logGroup}`, () =>
      writeLogs(
        env.clients.logs(caller),
        logGroup,
        invocation,
        plugin,
        Math.floor(env.clock.now()),
      ),
    );
}

async function writeLogs(
  logs: Client<"logs">,
  logGroupName: string,
  { commandId, instanceId }: InvocationRecord,
  plugin: PluginRun,
  timestamp: number,
): Promise<void> {
  const ensure = async (work: () => Promise<unknown>) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof AwsError && error.code === "ResourceAlreadyExistsException"))
        throw error;
    }
  };
  await ensure(() => logs.CreateLogGroup({ logGroupName }));
  for (const stream of streams) {
    const lines = plugin[stream].split("\n").filter((line) => line !== "");
    if (lines.length === 0) continue;
    const logStreamName = `${commandId}/${instanceId}/${plugin.name.replaceAll(":", "-")}/${stream}`;
    await ensure(() => logs.CreateLogStream({ logGroupName, logStreamName }));
    for (let at = 0; at < lines.length; at += mostEvents)
      await logs.PutLogEvents({
        logGroupName,
        logStreamName,
        logEvents: lines
          .slice(at, at + mostEvents)
          .map((line) => ({ timestamp, message: line.slice(0, longestEvent) })),
      });
  }
}
