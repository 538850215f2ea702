/** Flow logs on their way to CloudWatch Logs and S3. */
import { gzipSync } from "node:zlib";
import { AwsError } from "#model/error.ts";
import { isoSeconds } from "#runtime/date.ts";
import { WholeBody } from "#http/http.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { fieldsOf } from "./format.ts";
import type { FlowLogRecord } from "./records.ts";

/** PutLogEvents takes no more at once. */
const mostEvents = 10_000;

/** A stream per interface. https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-cwl.html */
export async function deliverToGroup(
  env: Environment,
  scope: Scope,
  { destination, trafficType }: FlowLogRecord,
  lines: ReadonlyMap<string, readonly string[]>,
  endMs: number,
): Promise<void> {
  if (destination.type !== "cloud-watch-logs") return;
  const { logGroupName } = destination;
  const logs = env.clients.logs(asService(scope, "vpc-flow-logs.amazonaws.com"));
  await unlessThere(() => logs.CreateLogGroup({ logGroupName }));
  for (const [interfaceId, own] of lines) {
    const logStreamName = `${interfaceId}-${trafficType.toLowerCase()}`;
    await unlessThere(() => logs.CreateLogStream({ logGroupName, logStreamName }));
    for (let at = 0; at < own.length; at += mostEvents)
      await logs.PutLogEvents({
        logGroupName,
        logStreamName,
        logEvents: own.slice(at, at + mostEvents).map((message) => ({ timestamp: endMs, message })),
      });
  }
}

async function unlessThere(make: () => Promise<unknown>): Promise<void> {
  try {
    await make();
  } catch (error) {
    if (!(error instanceof AwsError) || error.code !== "ResourceAlreadyExistsException")
      throw error;
  }
}

/** A compressed file with the fields' names at its head. https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html */
export async function deliverToS3(
  env: Environment,
  scope: Scope,
  { flowLogId, destination, format }: FlowLogRecord,
  lines: readonly string[],
  endMs: number,
): Promise<void> {
  if (destination.type !== "s3") return;
  const { account, region } = scope;
  const end = isoSeconds(endMs);
  const [year, month, day] = end.slice(0, 10).split("-");
  const hour = end.slice(11, 13);
  const time = end.replaceAll(/[-:]/g, "").replace(/\d\dZ$/, "Z");
  const folders = destination.hive
    ? [
        `aws-account-id=${account}/aws-service=vpcflowlogs/aws-region=${region}`,
        `year=${year}/month=${month}/day=${day}`,
        ...(destination.hourly ? [`hour=${hour}`] : []),
      ]
    : [
        `${account}/vpcflowlogs/${region}/${year}/${month}/${day}`,
        ...(destination.hourly ? [hour] : []),
      ];
  const file = `${account}_vpcflowlogs_${region}_${flowLogId}_${time}_${env.random.hex(8)}.log.gz`;
  const key = [...(destination.prefix ? [destination.prefix] : []), "AWSLogs", ...folders, file];
  const text = `${fieldsOf(format)!.join(" ")}\n${lines.join("\n")}\n`;
  const body = gzipSync(text);
  await env.clients.s3(asService(scope, "delivery.logs.amazonaws.com")).PutObject({
    Bucket: destination.bucket,
    Key: key.join("/"),
    Body: new WholeBody(body) as never,
    ContentLength: body.length,
  });
}
