import assert from "node:assert/strict";
import { test } from "node:test";
import { withBucket, type BucketCloud } from "../testing/bucket.ts";

const Bucket = "photos";

async function queue({ cloud }: BucketCloud, QueueName: string) {
  const sqs = cloud.clients.sqs(cloud.caller);
  const policy = {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Service: "s3.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: "*",
      },
    ],
  };
  const { QueueUrl } = await sqs.CreateQueue({
    QueueName,
    Attributes: { Policy: JSON.stringify(policy) },
  });
  const { Attributes } = await sqs.GetQueueAttributes({ QueueUrl, AttributeNames: ["QueueArn"] });
  const receive = async () => {
    const { Messages = [] } = await sqs.ReceiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
    for (const { ReceiptHandle } of Messages) await sqs.DeleteMessage({ QueueUrl, ReceiptHandle });
    return Messages.map(
      ({ Body }) =>
        JSON.parse(Body!) as {
          Event?: string;
          Records?: { eventName: string; s3: { object: { key: string; size?: number } } }[];
        },
    );
  };
  return { arn: Attributes!.QueueArn!, receive };
}

test("events reach the queue that asked for them", () =>
  withBucket(async (bucket) => {
    const { s3, put, cloud } = bucket;
    const { arn, receive } = await queue(bucket, "events");
    await s3.PutBucketNotificationConfiguration({
      Bucket,
      NotificationConfiguration: {
        QueueConfigurations: [
          {
            Id: "q",
            QueueArn: arn,
            Events: ["s3:ObjectCreated:*", "s3:ObjectRemoved:Delete"],
            Filter: {
              Key: {
                FilterRules: [
                  { Name: "prefix", Value: "in/" },
                  { Name: "suffix", Value: ".jpg" },
                ],
              },
            },
          },
        ],
      },
    });
    assert.deepEqual(
      (await receive()).map(({ Event }) => Event),
      ["s3:TestEvent"],
    );
    await put("in/a b.jpg", "12345");
    await put("in/a.png");
    await s3.CopyObject({ Bucket, Key: "in/c.jpg", CopySource: "photos/in/a.png" });
    await s3.DeleteObject({ Bucket, Key: "in/c.jpg" });
    await cloud.advance("1s");
    const records = (await receive()).flatMap(({ Records }) => Records ?? []);
    assert.deepEqual(
      records
        .map(({ eventName, s3: { object } }) => `${eventName} ${object.key} ${object.size}`)
        .sort(),
      [
        "ObjectCreated:Copy in/c.jpg 8",
        "ObjectCreated:Put in/a+b.jpg 5",
        "ObjectRemoved:Delete in/c.jpg undefined",
      ],
    );
  }));

test("a destination that is not there, or that nobody delivers to, is refused", () =>
  withBucket(async ({ s3 }) => {
    const put = (NotificationConfiguration: object) =>
      s3.PutBucketNotificationConfiguration({ Bucket, NotificationConfiguration });
    const QueueArn = "arn:aws:sqs:us-east-1:123456789012:none";
    const Events = ["s3:ObjectCreated:*"];
    await assert.rejects(put({ QueueConfigurations: [{ QueueArn, Events }] }), {
      code: "InvalidArgument",
      message: "Unable to validate the following destination configurations",
    });
    await assert.rejects(
      put({
        LambdaFunctionConfigurations: [
          { LambdaFunctionArn: "arn:aws:lambda:us-east-1:123456789012:function:none", Events },
        ],
      }),
      { message: "Unable to validate the following destination configurations" },
    );
    await assert.rejects(put({ QueueConfigurations: [{ QueueArn, Events: ["s3:Nonsense"] }] }), {
      message: "The event is not supported for notifications",
    });
    await assert.rejects(
      put({
        QueueConfigurations: [
          { QueueArn, Events },
          { QueueArn, Events: ["s3:ObjectCreated:Put"] },
        ],
      }),
      { message: /ambiguously defined/ },
    );
    assert.deepEqual(await s3.GetBucketNotificationConfiguration({ Bucket }), {});
  }));

test("every event of a bucket that tells EventBridge reaches the rules of its account's bus", () =>
  withBucket(async (bucket) => {
    const { s3, put, cloud } = bucket;
    const policy = (service: string) => ({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Principal: { Service: service }, Action: "sqs:*", Resource: "*" },
      ],
    });
    const sqs = cloud.clients.sqs(cloud.caller);
    const Policy = JSON.stringify(policy("events.amazonaws.com"));
    const { QueueUrl } = await sqs.CreateQueue({ QueueName: "told", Attributes: { Policy } });
    const events = cloud.clients.events(cloud.caller);
    await events.PutRule({
      Name: "photos",
      EventPattern: JSON.stringify({ source: ["aws.s3"], detail: { bucket: { name: [Bucket] } } }),
    });
    await events.PutTargets({
      Rule: "photos",
      Targets: [{ Id: "1", Arn: "arn:aws:sqs:us-east-1:123456789012:told" }],
    });
    await put("unheard");
    const NotificationConfiguration = { EventBridgeConfiguration: {} };
    await s3.PutBucketNotificationConfiguration({ Bucket, NotificationConfiguration });
    assert.deepEqual(
      await s3.GetBucketNotificationConfiguration({ Bucket }),
      NotificationConfiguration,
    );
    await put("a b.jpg", "12345");
    await cloud.advance("1s");
    await s3.DeleteObject({ Bucket, Key: "a b.jpg" });
    await cloud.advance("1s");
    const { Messages = [] } = await sqs.ReceiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
    const heard = Messages.map(({ Body }) => JSON.parse(Body!)).map((event) => [
      event["detail-type"],
      event.resources,
      event.detail.object.key,
      event.detail.requester,
      event.detail["source-ip-address"],
      event.detail.reason,
    ]);
    const facts = [["arn:aws:s3:::photos"], "a b.jpg", "123456789012", "127.0.0.1"];
    assert.deepEqual(heard, [
      ["Object Created", ...facts, "PutObject"],
      ["Object Deleted", ...facts, "DeleteObject"],
    ]);
    await s3.PutBucketNotificationConfiguration({ Bucket, NotificationConfiguration: {} });
    assert.deepEqual(await s3.GetBucketNotificationConfiguration({ Bucket }), {});
  }));
