import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { eventually } from "#runtime/testing/eventually.ts";
import { createStage, type Stage } from "./testing/stage.ts";

const source = "export const handler = async (event) => console.log(JSON.stringify(event));";
const FunctionName = "heard";
const functionArn = `arn:aws:lambda:us-east-1:123456789012:function:${FunctionName}`;

/** Events of many kinds, which the tests know. */
// oxlint-disable-next-line typescript/no-explicit-any
type Heard = Record<string, any>;

/** What the function heard, once it heard something. */
function heard({ cloud }: Stage): Promise<Heard[]> {
  const logs = cloud.clients.logs(cloud.caller);
  return eventually("the function hears something", async () => {
    const { events = [] } = await logs
      .FilterLogEvents({ logGroupName: `/aws/lambda/${FunctionName}` })
      .catch(() => ({ events: [] }));
    const found = events.flatMap(({ message }) => /INFO\t(.*)\n/.exec(message!)?.[1] ?? []);
    return found.length > 0 && found.map((text) => JSON.parse(text) as Heard);
  });
}

const allow = ({ lambda }: Stage, Principal: string, SourceArn: string) =>
  lambda.AddPermission({
    FunctionName,
    StatementId: Principal.replaceAll(".", "-"),
    Action: "lambda:InvokeFunction",
    Principal,
    SourceArn,
  });

async function functionStage(t: { after: (done: () => unknown) => void }): Promise<Stage> {
  const stage = await createStage();
  t.after(() => stage.cloud.stop());
  await stage.create(FunctionName, source);
  return stage;
}

test("a topic calls a function that lets it", async (t) => {
  const stage = await functionStage(t);
  const sns = stage.cloud.clients.sns(stage.cloud.caller);
  const { TopicArn } = await sns.CreateTopic({ Name: "news" });
  await allow(stage, "sns.amazonaws.com", TopicArn!);
  const { SubscriptionArn } = await sns.Subscribe({
    TopicArn,
    Protocol: "lambda",
    Endpoint: functionArn,
  });
  await sns.Publish({ TopicArn, Subject: "hi", Message: "there" });
  const [event] = await heard(stage);
  const [{ EventSource, EventSubscriptionArn, Sns }] = event!["Records"];
  assert.deepEqual(
    [EventSource, EventSubscriptionArn, Sns.TopicArn, Sns.Subject, Sns.Message],
    ["aws:sns", SubscriptionArn, TopicArn, "hi", "there"],
  );
});

test("a bucket calls a function that lets it", async (t) => {
  const stage = await functionStage(t);
  const s3 = stage.cloud.clients.s3(stage.cloud.caller);
  await s3.CreateBucket({ Bucket: "uploads" });
  const put = () =>
    s3.PutBucketNotificationConfiguration({
      Bucket: "uploads",
      NotificationConfiguration: {
        LambdaFunctionConfigurations: [
          { LambdaFunctionArn: functionArn, Events: ["s3:ObjectCreated:*"] },
        ],
      },
    });
  await assert.rejects(put(), {
    message: "Unable to validate the following destination configurations",
  });
  await allow(stage, "s3.amazonaws.com", "arn:aws:s3:::uploads");
  await put();
  await s3.PutObject({ Bucket: "uploads", Key: "cat.png", Body: Buffer.from("cat") as never });
  const [event] = await heard(stage);
  const [{ eventName, s3: about }] = event!["Records"];
  assert.deepEqual([eventName, about.object.key], ["ObjectCreated:Put", "cat.png"]);
});

test("a rule calls a function", async (t) => {
  const stage = await functionStage(t);
  const events = stage.cloud.clients.events(stage.cloud.caller);
  const { RuleArn } = await events.PutRule({ Name: "orders", EventPattern: '{"source":["shop"]}' });
  await allow(stage, "events.amazonaws.com", RuleArn!);
  await events.PutTargets({ Rule: "orders", Targets: [{ Id: "1", Arn: functionArn }] });
  const entry = { Source: "shop", DetailType: "order", Detail: '{"id":7}' };
  await events.PutEvents({ Entries: [entry] });
  const [event] = await heard(stage);
  assert.deepEqual([event!["detail-type"], event!["detail"]], ["order", { id: 7 }]);
});

test("an alarm calls a function with what became of it", async (t) => {
  const stage = await functionStage(t);
  const cloudwatch = stage.cloud.clients.cloudwatch(stage.cloud.caller);
  const alarm = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:hot";
  await allow(stage, "lambda.alarms.cloudwatch.amazonaws.com", alarm);
  await cloudwatch.PutMetricAlarm({
    AlarmName: "hot",
    AlarmActions: [functionArn],
    Namespace: "Oven",
    MetricName: "Heat",
    Statistic: "Maximum",
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 1,
    ComparisonOperator: "GreaterThanThreshold",
  });
  await cloudwatch.PutMetricData({
    Namespace: "Oven",
    MetricData: [{ MetricName: "Heat", Value: 2 }],
  });
  await stage.cloud.advance("3m");
  const [event] = await heard(stage);
  assert.equal(event!["alarmArn"], alarm);
  const { alarmName, state, previousState, configuration } = event!["alarmData"];
  assert.deepEqual(
    [alarmName, state.value, previousState.value],
    ["hot", "ALARM", "INSUFFICIENT_DATA"],
  );
  assert.equal(configuration.metrics[0].metricStat.metric.name, "Heat");
});

test("a log group's events that a filter means reach a function", async (t) => {
  const stage = await functionStage(t);
  const logs = stage.cloud.clients.logs(stage.cloud.caller);
  const names = { logGroupName: "app", logStreamName: "one" };
  await logs.CreateLogGroup(names);
  await logs.CreateLogStream(names);
  const put = () =>
    logs.PutSubscriptionFilter({
      logGroupName: "app",
      filterName: "errors",
      filterPattern: "ERROR",
      destinationArn: functionArn,
    });
  await assert.rejects(put(), { message: /^Could not execute the lambda function/ });
  await allow(stage, "logs.amazonaws.com", "arn:aws:logs:us-east-1:123456789012:log-group:app:*");
  await put();
  const timestamp = stage.cloud.clock.now();
  const said = ["fine", "ERROR one"].map((message) => ({ timestamp, message }));
  await logs.PutLogEvents({ ...names, logEvents: said });
  const [event] = await heard(stage);
  const text = gunzipSync(Buffer.from(event!["awslogs"].data, "base64")).toString();
  const { messageType, owner, logGroup, logStream, subscriptionFilters, logEvents } =
    JSON.parse(text);
  assert.deepEqual(
    [messageType, owner, logGroup, logStream, subscriptionFilters],
    ["DATA_MESSAGE", "123456789012", "app", "one", ["errors"]],
  );
  const { events = [] } = await logs.FilterLogEvents({ logGroupName: "app" });
  const [, found] = events;
  assert.deepEqual(logEvents, [{ id: found!.eventId, timestamp, message: "ERROR one" }]);
});

test("a group's hook calls a function", async (t) => {
  const stage = await functionStage(t);
  const { cloud } = stage;
  const autoscaling = cloud.clients.autoscaling(cloud.caller);
  await autoscaling.CreateLaunchConfiguration({
    LaunchConfigurationName: "web",
    ImageId: "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
    InstanceType: "t3.nano",
  });
  await autoscaling.CreateAutoScalingGroup({
    AutoScalingGroupName: "web",
    LaunchConfigurationName: "web",
    MinSize: 1,
    MaxSize: 1,
    AvailabilityZones: ["us-east-1a"],
    LifecycleHookSpecificationList: [
      {
        LifecycleHookName: "prepare",
        LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
        NotificationTargetARN: functionArn,
      },
    ],
  });
  await cloud.advance("2m");
  const events = await heard(stage);
  const found = events.find(({ LifecycleHookName }) => LifecycleHookName === "prepare");
  assert.equal(found?.["LifecycleTransition"], "autoscaling:EC2_INSTANCE_LAUNCHING");
});
