/** What a session printed, and where it goes at its end. https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-logging.html */
import { WholeBody } from "#http/http.ts";
import { AwsError } from "#model/error.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { SessionPlan, SessionRecord } from "./records.ts";

/** What is kept of a session; of one that prints more the beginning is lost. */
const longestBytes = 4 * 1024 * 1024;
const mostEvents = 5000;
const longestEvent = 60_000;

export class Transcript {
  #pieces: Buffer[] = [];
  #size = 0;

  add(bytes: Uint8Array): void {
    this.#pieces.push(Buffer.from(bytes));
    this.#size += bytes.length;
    while (this.#size > longestBytes && this.#pieces.length > 1)
      this.#size -= this.#pieces.shift()!.length;
  }

  text(): string {
    return Buffer.concat(this.#pieces).toString("utf8");
  }
}

export function s3Key({ s3 }: SessionPlan, sessionId: string): string {
  const prefix = s3?.prefix ? `${s3.prefix.replace(/\/$/, "")}/` : "";
  return `${prefix}${sessionId}.log`;
}

/** Throws with AWS's sentence for a log group that is not encrypted though it must be. */
export async function checkLogGroup(
  env: Environment,
  scope: Scope,
  { logs }: SessionPlan,
): Promise<void> {
  if (!logs?.encrypted) return;
  const { logGroups = [] } = await env.clients
    .logs(asService(scope, "ssm.amazonaws.com"))
    .DescribeLogGroups({ logGroupNamePrefix: logs.group });
  const found = logGroups.find(({ logGroupName }) => logGroupName === logs.group);
  if (found?.kmsKeyId === undefined)
    throw new Error(
      `We couldn't start the session because encryption is not set up on the selected CloudWatch Logs log group. Either encrypt the log group or choose an option to enable logging without encryption.`,
    );
}

/** A place that refuses is told of in the log; the session is over all the same. */
export async function deliverTranscript(
  env: Environment,
  scope: Scope,
  { plan, sessionId }: SessionRecord,
  text: string,
): Promise<void> {
  const caller = asService(scope, "ssm.amazonaws.com");
  const attempt = async (place: string, work: () => Promise<void>) => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      env.log.warn("a session's output was not delivered", { ...scope, sessionId, place, error });
    }
  };
  const { s3, logs } = plan;
  if (s3)
    await attempt(`bucket ${s3.bucket}`, async () => {
      const body = Buffer.from(text);
      await env.clients.s3(caller).PutObject({
        Bucket: s3.bucket,
        Key: s3Key(plan, sessionId),
        Body: new WholeBody(body) as never,
        ContentLength: body.length,
      });
    });
  if (logs)
    await attempt(`log group ${logs.group}`, async () => {
      const client = env.clients.logs(caller);
      const [logGroupName, logStreamName] = [logs.group, sessionId];
      await client.CreateLogStream({ logGroupName, logStreamName });
      const timestamp = Math.floor(env.clock.now());
      const lines = text.split(/\r?\n/).filter((line) => line !== "");
      for (let at = 0; at < lines.length; at += mostEvents)
        await client.PutLogEvents({
          logGroupName,
          logStreamName,
          logEvents: lines
            .slice(at, at + mostEvents)
            .map((line) => ({ timestamp, message: line.slice(0, longestEvent) })),
        });
    });
}
