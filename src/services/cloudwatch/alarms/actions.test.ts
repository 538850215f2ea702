import assert from "node:assert/strict";
import { test } from "node:test";
import { hearEvents, type HeardEvent } from "#cloud/testing/hear-events.ts";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";
import { busyAlarm } from "../testing/busy-alarm.ts";

test("EventBridge hears of every state and of changes of the configuration", async () => {
  const cloud = createTestCloud();
  const client = cloud.clients.cloudwatch(cloud.caller);
  const told = await hearEvents(cloud, { source: ["aws.cloudwatch"] });
  await client.PutMetricAlarm({ ...busyAlarm, AlarmDescription: "too busy" });
  await client.PutMetricData({
    Namespace: "Shop",
    MetricData: [{ MetricName: "Load", Value: 90 }],
  });
  await cloud.advance("70s");
  await client.DeleteAlarms({ AlarmNames: ["busy"] });
  await cloud.advance("10s");
  const heard = (await told()) as (HeardEvent & {
    detail: { operation?: string; state: { value: string }; configuration: object };
  })[];
  const summary = heard.map(
    (event) => `${event["detail-type"]}: ${event.detail.operation ?? event.detail.state.value}`,
  );
  assert.deepEqual(summary.sort(), [
    "CloudWatch Alarm Configuration Change: create",
    "CloudWatch Alarm Configuration Change: delete",
    "CloudWatch Alarm State Change: ALARM",
  ]);
  const change = heard.find((event) => event["detail-type"].includes("State"))!;
  assert.deepEqual(change.resources, ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:busy"]);
  assert.deepEqual(change.detail.configuration, {
    description: "too busy",
    metrics: [
      {
        id: "m1",
        metricStat: {
          metric: { namespace: "Shop", name: "Load", dimensions: {} },
          period: 60,
          stat: "Average",
        },
        returnData: true,
      },
    ],
  });
  await cloud.stop();
});

test("topics are told in every state, once for each change", async () => {
  const cloud = createTestCloud();
  const client = cloud.clients.cloudwatch(cloud.caller);
  const { TopicArn } = await cloud.clients.sns(cloud.caller).CreateTopic({ Name: "told" });
  await client.PutMetricAlarm({
    ...busyAlarm,
    AlarmActions: [TopicArn!],
    OKActions: [TopicArn!],
    InsufficientDataActions: [TopicArn!],
  });
  const put = (Value: number) =>
    client.PutMetricData({ Namespace: "Shop", MetricData: [{ MetricName: "Load", Value }] });
  await put(90);
  await cloud.advance("1m");
  await put(90);
  await cloud.advance("1m");
  await put(10);
  await cloud.advance("10m");
  const { AlarmHistoryItems } = await client.DescribeAlarmHistory({
    AlarmName: "busy",
    HistoryItemType: "Action",
    ScanBy: "TimestampAscending",
  });
  const told = AlarmHistoryItems!.map(({ HistoryData }) => {
    const data = JSON.parse(HistoryData!) as { publishedMessage: { default: string } };
    const { OldStateValue, NewStateValue } = JSON.parse(data.publishedMessage.default) as Record<
      string,
      string
    >;
    return `${OldStateValue} -> ${NewStateValue}`;
  });
  assert.deepEqual(told, ["INSUFFICIENT_DATA -> ALARM", "ALARM -> OK", "OK -> INSUFFICIENT_DATA"]);
  await assert.rejects(
    client.PutMetricAlarm({
      ...busyAlarm,
      AlarmActions: ["arn:aws:ssm:us-east-1:123456789012:opsitem:1"],
    }),
    {
      code: "ValidationError",
      message:
        "Fogbank cannot carry out actions of ssm: arn:aws:ssm:us-east-1:123456789012:opsitem:1",
    },
  );
  await cloud.stop();
});

test("a percentile of too few samples is ignored when the alarm says so", async () => {
  const cloud = createTestCloud();
  const client = cloud.clients.cloudwatch(cloud.caller);
  const { Statistic: _, ...rest } = busyAlarm;
  const percentile = { ...rest, ExtendedStatistic: "p99" };
  await client.PutMetricAlarm({ ...percentile, AlarmName: "any" });
  await client.PutMetricAlarm({
    ...percentile,
    AlarmName: "enough",
    EvaluateLowSampleCountPercentile: "ignore",
  });
  const states = async () => {
    const { MetricAlarms } = await client.DescribeAlarms({});
    return MetricAlarms!.map(({ StateValue }) => StateValue);
  };
  // "If there were fewer than 1000 samples for an alarm on a p99 percentile."
  const put = (count: number) =>
    client.PutMetricData({
      Namespace: "Shop",
      MetricData: [{ MetricName: "Load", Values: [90], Counts: [count] }],
    });
  await put(999);
  await cloud.advance("61s");
  assert.deepEqual(await states(), ["ALARM", "INSUFFICIENT_DATA"]);
  await put(1000);
  await cloud.advance("1m");
  assert.deepEqual(await states(), ["ALARM", "ALARM"]);
  await cloud.stop();
});

test("each time series of a grouped query is judged by itself", async () => {
  const cloud = createTestCloud();
  const client = cloud.clients.cloudwatch(cloud.caller);
  const { TopicArn } = await cloud.clients.sns(cloud.caller).CreateTopic({ Name: "told" });
  await client.PutMetricAlarm({
    AlarmName: "fleet",
    EvaluationPeriods: 1,
    Threshold: 70,
    ComparisonOperator: "GreaterThanThreshold",
    AlarmActions: [TopicArn!],
    Metrics: [
      {
        Id: "q1",
        Expression: "SELECT MAX(Load) FROM Shop GROUP BY Host ORDER BY MAX() DESC",
        Period: 60,
      },
    ],
  });
  const put = (...loads: number[]) =>
    client.PutMetricData({
      Namespace: "Shop",
      MetricData: loads.map((Value, index) => ({
        MetricName: "Load",
        Value,
        Dimensions: [{ Name: "Host", Value: `h${index}` }],
      })),
    });
  const seen = async () => {
    const { MetricAlarms } = await client.DescribeAlarms({ AlarmNames: ["fleet"] });
    const { AlarmContributors } = await client.DescribeAlarmContributors({ AlarmName: "fleet" });
    return [
      MetricAlarms![0]!.StateValue,
      ...AlarmContributors!.map(({ ContributorAttributes }) => ContributorAttributes!["Host"]),
    ];
  };
  await put(10, 20);
  await cloud.advance("61s");
  assert.deepEqual(await seen(), ["OK"]);
  await put(10, 90);
  await cloud.advance("1m");
  assert.deepEqual(await seen(), ["ALARM", "h1"]);
  // A host that appears later is judged without a change of the alarm.
  await put(10, 10, 95);
  await cloud.advance("1m");
  assert.deepEqual(await seen(), ["ALARM", "h2"]);
  await put(10, 10, 10);
  await cloud.advance("1m");
  assert.deepEqual(await seen(), ["OK"]);
  const { AlarmHistoryItems } = await client.DescribeAlarmHistory({
    AlarmName: "fleet",
    ScanBy: "TimestampAscending",
  });
  const counted = (type: string) =>
    AlarmHistoryItems!.filter(({ HistoryItemType }) => HistoryItemType === type).length;
  assert.equal(counted("AlarmContributorStateUpdate"), 4);
  assert.equal(counted("AlarmContributorAction"), 2);
  assert.equal(counted("StateUpdate"), 3);
  assert.equal(counted("Action"), 1);
  await cloud.stop();
});

test("composite alarms that depend on each other are not evaluated", async () => {
  const cloud = createTestCloud();
  const client = cloud.clients.cloudwatch(cloud.caller);
  const put = (AlarmName: string, AlarmRule: string) =>
    client.PutCompositeAlarm({ AlarmName, AlarmRule });
  await put("a", "FALSE");
  await put("b", "ALARM(a)");
  await cloud.advance("1s");
  await put("a", "NOT ALARM(b)");
  await cloud.advance("1h");
  const { AlarmHistoryItems } = await client.DescribeAlarmHistory({
    AlarmName: "a",
    HistoryItemType: "StateUpdate",
  });
  assert.equal(AlarmHistoryItems!.length, 1);
  await put("a", "TRUE");
  await cloud.advance("1s");
  const { CompositeAlarms } = await client.DescribeAlarms({ AlarmNames: ["a", "b"] });
  assert.deepEqual(
    CompositeAlarms!.map(({ StateValue }) => StateValue),
    ["ALARM", "ALARM"],
  );
  await cloud.stop();
});
