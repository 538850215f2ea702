import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import { dateOf } from "#runtime/date.ts";
import { createStage } from "../testing/stage.ts";
import { readFailures } from "./batch.ts";

const EventSourceArn = "arn:aws:sqs:us-east-1:123456789012:work";

async function queueStage() {
  const stage = await createStage();
  const sqs = stage.cloud.clients.sqs(stage.cloud.caller);
  const { QueueUrl } = await sqs.CreateQueue({ QueueName: "work" });
  const left = async () => {
    const { Attributes } = await sqs.GetQueueAttributes({ QueueUrl, AttributeNames: ["All"] });
    return [
      Number(Attributes?.ApproximateNumberOfMessages),
      Number(Attributes?.ApproximateNumberOfMessagesNotVisible),
    ];
  };
  const until = (counts: [number, number]) =>
    eventually(
      `${counts.join(" and ")} messages are left`,
      async () => String(await left()) === String(counts),
    );
  const printed = async (name: string) => {
    const logs = stage.cloud.clients.logs(stage.cloud.caller);
    const { events = [] } = await logs
      .FilterLogEvents({ logGroupName: `/aws/lambda/${name}` })
      .catch(() => ({ events: [] }));
    return events.flatMap(({ message }) => /INFO\t(.*)\n/.exec(message!)?.[1] ?? []).sort();
  };
  return { ...stage, sqs, QueueUrl, until, printed };
}

const source = `
  export const handler = async ({ Records }) => {
    for (const { body } of Records) console.log(body);
    const bad = Records.filter(({ body }) => body.includes("bad"));
    return { batchItemFailures: bad.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  };`;

test("a mapping that is asked to counts its events", async (t) => {
  const { cloud, create, lambda, sqs, QueueUrl, until } = await queueStage();
  t.after(() => cloud.stop());
  await create("worker", source);
  const { UUID = "", MetricsConfig } = await lambda.CreateEventSourceMapping({
    FunctionName: "worker",
    EventSourceArn,
    FilterCriteria: { Filters: [{ Pattern: '{"body":["good","bad"]}' }] },
    FunctionResponseTypes: ["ReportBatchItemFailures"],
    MetricsConfig: { Metrics: ["EventCount"] },
  });
  assert.deepEqual(MetricsConfig, { Metrics: ["EventCount"] });
  for (const MessageBody of ["good", "good", "bad", "other"])
    await sqs.SendMessage({ QueueUrl, MessageBody });
  await until([0, 1]);
  // The message that failed would come again; what is counted goes out with the minute's end.
  await lambda.DeleteEventSourceMapping({ UUID });
  const sum = async (MetricName: string) => {
    const { Datapoints = [] } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
      Namespace: "AWS/Lambda",
      MetricName,
      Dimensions: [{ Name: "EventSourceMappingUUID", Value: UUID }],
      StartTime: dateOf(cloud.clock.now() - 3_600_000),
      EndTime: dateOf(cloud.clock.now() + 60_000),
      Period: 7200,
      Statistics: ["Sum"],
    });
    return Datapoints.reduce((total, { Sum = 0 }) => total + Sum, 0);
  };
  await eventually("all is counted", async () => {
    await cloud.advance("1m");
    return (await sum("DeletedEventCount")) >= 2 && (await sum("FailedInvokeEventCount")) >= 1;
  });
  assert.equal(await sum("PolledEventCount"), 4);
  assert.equal(await sum("FilteredOutEventCount"), 1);
  assert.equal(await sum("InvokedEventCount"), 3);
  assert.equal(await sum("FailedInvokeEventCount"), 1);
  assert.equal(await sum("DeletedEventCount"), 2);
});

test("messages reach the function and leave the queue; those that it could not take come again", async (t) => {
  const { cloud, create, lambda, sqs, QueueUrl, until, printed } = await queueStage();
  t.after(() => cloud.stop());
  await create("worker", source);
  const made = await lambda.CreateEventSourceMapping({
    FunctionName: "worker",
    EventSourceArn,
    FunctionResponseTypes: ["ReportBatchItemFailures"],
  });
  assert.equal(made.State, "Creating");
  assert.equal((await lambda.GetEventSourceMapping({ UUID: made.UUID })).State, "Enabled");
  await sqs.SendMessage({ QueueUrl, MessageBody: "good" });
  await sqs.SendMessage({ QueueUrl, MessageBody: "bad" });
  await eventually("it prints", async () => (await printed("worker")).length >= 2);
  assert.deepEqual(await printed("worker"), ["bad", "good"]);
  await until([0, 1]);
  await lambda.DeleteEventSourceMapping({ UUID: made.UUID });
});

test("messages that no filter means are deleted unseen", async (t) => {
  const { cloud, create, lambda, sqs, QueueUrl, until, printed } = await queueStage();
  t.after(() => cloud.stop());
  await create("picky", source);
  await lambda.CreateEventSourceMapping({
    FunctionName: "picky",
    EventSourceArn,
    FilterCriteria: { Filters: [{ Pattern: '{"body":{"kind":["order"]}}' }] },
  });
  await sqs.SendMessage({ QueueUrl, MessageBody: '{"kind":"note"}' });
  await sqs.SendMessage({ QueueUrl, MessageBody: '{"kind":"order"}' });
  await until([0, 0]);
  assert.deepEqual(await printed("picky"), ['{"kind":"order"}']);
});

test("what AWS refuses is refused", async (t) => {
  const { cloud, create, lambda } = await queueStage();
  t.after(() => cloud.stop());
  await create("long", source, { Timeout: 60 });
  const map = (more: object) =>
    lambda.CreateEventSourceMapping({ FunctionName: "long", EventSourceArn, ...more });
  await assert.rejects(map({}), {
    message: "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds",
  });
  await assert.rejects(map({ BatchSize: 11 }), { message: /Maximum batch window/ });
  await assert.rejects(map({ EventSourceArn: `${EventSourceArn}2` }), {
    message: /NonExistentQueue/,
  });
  await assert.rejects(map({ FilterCriteria: { Filters: [{ Pattern: "[" }] } }), {
    message: "Invalid filter pattern definition.",
  });
  await assert.rejects(map({ StartingPosition: "LATEST" }), {
    message: "StartingPosition is not valid for SQS event sources.",
  });
  await assert.rejects(map({ ParallelizationFactor: 2 }), {
    message: "Unsupported ParallelizationFactor parameter for given event source mapping type.",
  });
});

test("streams and Kafka are refused as what Fogbank does not read, however they are asked for", async (t) => {
  const { cloud, create, lambda } = await queueStage();
  t.after(() => cloud.stop());
  await create("reader", source);
  const sources: [object, RegExp][] = [
    [{ EventSourceArn: "arn:aws:kinesis:us-east-1:123456789012:stream/clicks" }, /for kinesis/],
    [
      {
        EventSourceArn:
          "arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/2026-01-01T00:00:00.000",
      },
      /for dynamodb/,
    ],
    [
      {
        SelfManagedEventSource: { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ["broker:9092"] } },
        Topics: ["clicks"],
      },
      /for self-managed Kafka/,
    ],
  ];
  for (const [from, message] of sources)
    await assert.rejects(
      lambda.CreateEventSourceMapping({
        FunctionName: "reader",
        StartingPosition: "LATEST",
        BatchSize: 100,
        ParallelizationFactor: 2,
        ...from,
      }),
      { code: "NotImplemented", message },
    );
});

test("an answer that names what was not there is a failure of all", () => {
  const read = (answer: unknown) => readFailures(Buffer.from(JSON.stringify(answer)), ["a", "b"]);
  assert.deepEqual(read(null), []);
  assert.deepEqual(read({ batchItemFailures: [{ itemIdentifier: "a" }] }), ["a"]);
  assert.equal(read({ batchItemFailures: [{ itemIdentifier: "z" }] }), undefined);
  assert.equal(read({ batchItemFailures: [{ id: "a" }] }), undefined);
});
