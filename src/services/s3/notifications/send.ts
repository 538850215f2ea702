/** Hands a message to a queue, a topic, a function or the account's event bus, as S3 itself. */
import { AwsError } from "#model/error.ts";
import { dateOf } from "#runtime/date.ts";
import { leaveWithFunction } from "#services/kit/leave-with-function.ts";
import { asService } from "#services/kit/principal.ts";
import { parseArn } from "#services/kit/arn.ts";
import type { Environment } from "#services/kit/service.ts";
import type { BridgeEvent } from "./bridge-event.ts";
import type { BucketRecord, EventRecord } from "../records.ts";

/** Whether a function lets S3 in: unlike queues and topics it is not called with a test. Throws AWS's error. */
export async function checkFunction(
  { clients }: Environment,
  { account, name, region }: Pick<BucketRecord, "account" | "name" | "region">,
  functionArn: string,
): Promise<void> {
  const caller = asService({ account, region }, "s3.amazonaws.com", `arn:aws:s3:::${name}`);
  await clients.lambda(caller).Invoke({ FunctionName: functionArn, InvocationType: "DryRun" });
}

/** Throws what the target answers. */
export async function send(
  { clients }: Environment,
  { account, name }: Pick<BucketRecord, "account" | "name">,
  { kind, arn }: EventRecord["target"],
  body: string,
  createdMs: number,
): Promise<void> {
  const target = parseArn(arn);
  if (!target) throw new Error(`"${arn}" is no ARN`);
  const scope = { account, region: target.region };
  const caller = asService(scope, "s3.amazonaws.com", `arn:aws:s3:::${name}`);
  if (kind === "function") return leaveWithFunction(clients, caller, arn, body);
  if (kind === "bus") {
    const { detailType, detail } = JSON.parse(body) as BridgeEvent;
    const entry = {
      Source: "aws.s3",
      DetailType: detailType,
      Detail: JSON.stringify(detail),
      Resources: [`arn:aws:s3:::${name}`],
      Time: dateOf(createdMs),
    };
    const { Entries = [] } = await clients.events(caller).PutEvents({ Entries: [entry] });
    const [refused] = Entries;
    if (refused?.ErrorCode !== undefined)
      throw new AwsError({ code: refused.ErrorCode, message: refused.ErrorMessage ?? "" });
    return;
  }
  if (kind === "topic") {
    const message = { TopicArn: arn, Subject: "Amazon S3 Notification", Message: body };
    await clients.sns(caller).Publish(message);
    return;
  }
  const sqs = clients.sqs(caller);
  const { QueueUrl } = await sqs.GetQueueUrl({
    QueueName: target.resource,
    QueueOwnerAWSAccountId: target.account,
  });
  await sqs.SendMessage({ QueueUrl, MessageBody: body });
}
