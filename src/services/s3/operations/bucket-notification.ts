import { AwsError } from "#model/error.ts";
import type { Output } from "#model/sdk.ts";
import { isoMillis } from "#runtime/date.ts";
import type { Operation } from "#services/kit/service.ts";
import { deleteDocument, getDocument, putDocument } from "../buckets/documents.ts";
import { findBucket } from "../buckets/find-bucket.ts";
import { unreachableDestination } from "../errors.ts";
import { readDestinations, readNotification } from "../notifications/configuration.ts";
import { checkFunction, send } from "../notifications/send.ts";
import type { BucketRecord, EventRecord } from "../records.ts";
import type { S3Context, S3State } from "../state.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html */
export const putBucketNotificationConfiguration: Operation<
  "s3",
  "PutBucketNotificationConfiguration",
  S3State
> = async (input, context) => {
  const find = (tx: Parameters<typeof findBucket>[0]) =>
    findBucket(tx, context, input, "PutBucketNotification");
  const bucket = await context.store.transaction(find);
  const configuration = readNotification(input.NotificationConfiguration, bucket, context.random);
  const destinations = readDestinations(configuration);
  if (!input.SkipDestinationValidation)
    for (const { target } of destinations) await sendTest(context, bucket, target);
  await context.store.transaction(async (tx) => {
    const latest = await find(tx);
    const isGiven = destinations.length > 0 || configuration.EventBridgeConfiguration;
    if (isGiven) putDocument(tx, latest, "notification", configuration);
    else deleteDocument(tx, latest, "notification");
  });
  return {};
};

/** A destination must take a test message. */
async function sendTest(
  context: S3Context,
  bucket: BucketRecord,
  target: EventRecord["target"],
): Promise<void> {
  const body = JSON.stringify({
    Service: "Amazon S3",
    Event: "s3:TestEvent",
    Time: isoMillis(context.clock.now()),
    Bucket: bucket.name,
    RequestId: context.requestId,
    HostId: context.requestId,
  });
  try {
    if (target.kind === "function") await checkFunction(context, bucket, target.arn);
    else await send(context, bucket, target, body, context.clock.now());
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw unreachableDestination(target.arn, error.message);
  }
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketNotificationConfiguration.html */
export const getBucketNotificationConfiguration: Operation<
  "s3",
  "GetBucketNotificationConfiguration",
  S3State
> = (input, context) =>
  context.store.transaction(async (tx) => {
    const bucket = await findBucket(tx, context, input, "GetBucketNotification");
    const found = (await getDocument(tx, bucket, "notification")) ?? {};
    return found as Output<"s3", "GetBucketNotificationConfiguration">;
  });
