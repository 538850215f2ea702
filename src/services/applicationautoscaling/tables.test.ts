import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

const target = {
  ServiceNamespace: "dynamodb" as const,
  ResourceId: "table/orders",
  ScalableDimension: "dynamodb:table:WriteCapacityUnits" as const,
};
const TableName = "orders";

async function tableCloud(t: TestContext, units = 5) {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const scaling = cloud.clients.applicationautoscaling(cloud.caller);
  const cloudwatch = cloud.clients.cloudwatch(cloud.caller);
  const db = cloud.clients.dynamodb(cloud.caller);
  await db.CreateTable({
    TableName,
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: units },
  });
  await cloud.advance("1s");
  const track = () =>
    scaling.PutScalingPolicy({
      ...target,
      PolicyName: "half",
      PolicyType: "TargetTrackingScaling",
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 50,
        PredefinedMetricSpecification: {
          PredefinedMetricType: "DynamoDBWriteCapacityUtilization",
        },
      },
    });
  const capacity = async () =>
    (await db.DescribeTable({ TableName })).Table!.ProvisionedThroughput!.WriteCapacityUnits;
  const activities = async () => {
    const { ScalingActivities = [] } = await scaling.DescribeScalingActivities({
      ServiceNamespace: "dynamodb",
      IncludeNotScaledActivities: true,
    });
    return ScalingActivities;
  };
  /** Writes so much each second; gives how many were throttled. */
  const write = async (perSecond: number, seconds: number) => {
    let throttled = 0;
    for (let second = 0; second < seconds; second++) {
      for (let n = 0; n < perSecond; n++)
        await db.PutItem({ TableName, Item: { id: { S: String(n) } } }).catch(() => throttled++);
      await cloud.advance("1s");
    }
    return throttled;
  };
  const advance = (duration: string) => cloud.advance(duration);
  return { cloud, advance, scaling, cloudwatch, db, track, capacity, activities, write };
}

test("the alarms are AWS's: 2 minutes over the target, 15 under it, and what is provisioned", async (t) => {
  const { scaling, cloudwatch, track } = await tableCloud(t);
  const { ScalableTargetARN } = await scaling.RegisterScalableTarget({
    ...target,
    MinCapacity: 5,
    MaxCapacity: 100,
  });
  assert.match(
    ScalableTargetARN!,
    /^arn:aws:application-autoscaling:us-east-1:\d{12}:scalable-target\/[0-9a-f]{34}$/,
  );
  const { PolicyARN, Alarms } = await track();
  assert.match(
    PolicyARN!,
    /^arn:aws:autoscaling:us-east-1:\d{12}:scalingPolicy:[0-9a-f-]{36}:resource\/dynamodb\/table\/orders:policyName\/half$/,
  );
  assert.equal(Alarms!.length, 4);
  const { MetricAlarms = [] } = await cloudwatch.DescribeAlarms({
    AlarmNamePrefix: "TargetTracking-table/orders-",
  });
  const seen = MetricAlarms.map((alarm) => [
    /-([A-Za-z]+)-[0-9a-f-]{36}$/.exec(alarm.AlarmName!)?.[1],
    alarm.MetricName,
    alarm.Statistic,
    alarm.ComparisonOperator,
    alarm.Threshold,
    alarm.EvaluationPeriods,
    alarm.Period,
  ]).sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
  const consumed = "ConsumedWriteCapacityUnits";
  const provisioned = "ProvisionedWriteCapacityUnits";
  assert.deepEqual(seen, [
    ["AlarmHigh", consumed, "Sum", "GreaterThanThreshold", 150, 2, 60],
    ["AlarmLow", consumed, "Sum", "LessThanThreshold", 90, 15, 60],
    ["ProvisionedCapacityHigh", provisioned, "Average", "GreaterThanThreshold", 5, 3, 300],
    ["ProvisionedCapacityLow", provisioned, "Average", "LessThanThreshold", 5, 3, 300],
  ]);
  assert.ok(MetricAlarms[0]!.AlarmActions![0]!.startsWith(`${PolicyARN}:createdBy/`));
  await scaling.DeregisterScalableTarget(target);
  const left = await cloudwatch.DescribeAlarms({ AlarmNamePrefix: "TargetTracking-table" });
  assert.deepEqual(left.MetricAlarms, []);
});

test("load over the target brings capacity, capacity ends throttling, and its end takes it away", async (t) => {
  const { scaling, track, capacity, activities, write, advance } = await tableCloud(t);
  await scaling.RegisterScalableTarget({ ...target, MinCapacity: 5, MaxCapacity: 100 });
  await track();
  // The burst capacity of 1500 units lasts for 100 seconds of 20 a second.
  const throttled = await write(20, 180);
  assert.ok(throttled > 0);
  const grown = await capacity();
  // 20 units a second at 50 percent need 40.
  assert.ok(grown! >= 10 && grown! <= 40, `${grown}`);
  await write(20, 240);
  assert.equal(await capacity(), 40);
  assert.equal(await write(20, 60), 0);
  const [latest] = await activities();
  assert.equal(latest!.Description, "Setting write capacity units to 40.");
  assert.equal(
    latest!.StatusMessage,
    "Successfully set write capacity units to 40. Change successfully fulfilled by dynamodb.",
  );
  assert.match(
    latest!.Cause!,
    /^monitor alarm TargetTracking-table\/orders-AlarmHigh-[0-9a-f-]{36} in state ALARM triggered policy half$/,
  );
  await write(3, 17 * 60);
  assert.equal(await capacity(), 6);
  await advance("1m");
});

test("bounds hold from the moment they are registered", async (t) => {
  const { scaling, capacity, activities, advance, db } = await tableCloud(t);
  await scaling.RegisterScalableTarget({ ...target, MinCapacity: 15, MaxCapacity: 100 });
  await advance("5s");
  assert.equal(await capacity(), 15);
  const [raised] = await activities();
  assert.deepEqual(
    [raised!.Description, raised!.Cause, raised!.StatusCode],
    ["Setting write capacity units to 15.", "minimum capacity was set to 15", "Successful"],
  );
  await scaling.RegisterScalableTarget({ ...target, MinCapacity: 1, MaxCapacity: 10 });
  await advance("5s");
  assert.equal(await capacity(), 10);
  assert.equal((await activities())[0]!.Cause, "maximum capacity was set to 10");
  const { Table } = await db.DescribeTable({ TableName });
  assert.equal(Table!.ProvisionedThroughput!.ReadCapacityUnits, 5);
});

test("a step policy of the user's own alarm scales, and says when it cannot", async (t) => {
  const { scaling, cloudwatch, capacity, activities, advance } = await tableCloud(t);
  await scaling.RegisterScalableTarget({ ...target, MinCapacity: 5, MaxCapacity: 8 });
  const { PolicyARN } = await scaling.PutScalingPolicy({
    ...target,
    PolicyName: "steps",
    PolicyType: "StepScaling",
    StepScalingPolicyConfiguration: {
      AdjustmentType: "ChangeInCapacity",
      StepAdjustments: [
        { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 2 },
        { MetricIntervalLowerBound: 10, ScalingAdjustment: 3 },
      ],
      Cooldown: 600,
    },
  });
  await cloudwatch.PutMetricAlarm({
    AlarmName: "busy",
    Namespace: "Test",
    MetricName: "Queue",
    Statistic: "Average",
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 50,
    ComparisonOperator: "GreaterThanThreshold",
    AlarmActions: [PolicyARN!],
  });
  const report = async (Value: number, minutes: number) => {
    for (let minute = 0; minute < minutes; minute++) {
      await cloudwatch.PutMetricData({
        Namespace: "Test",
        MetricData: [{ MetricName: "Queue", Value }],
      });
      await advance("1m");
    }
  };
  await report(55, 3);
  assert.equal(await capacity(), 7);
  await report(65, 2);
  // The 2 of before are part of the 3: only 1 is added.
  assert.equal(await capacity(), 8);
  await report(65, 12);
  assert.equal(await capacity(), 8);
  const [latest] = await activities();
  assert.deepEqual(latest!.NotScaledReasons, [
    { Code: "AlreadyAtMaxCapacity", MaxCapacity: 8, CurrentCapacity: 8 },
  ]);
  const { ScalingPolicies } = await scaling.DescribeScalingPolicies({
    ServiceNamespace: "dynamodb",
  });
  assert.deepEqual(
    ScalingPolicies![0]!.Alarms!.map(({ AlarmName }) => AlarmName),
    ["busy"],
  );
});

test("scheduled actions set the bounds, and suspended targets stay as they are", async (t) => {
  const { scaling, capacity, activities, advance } = await tableCloud(t);
  await scaling.RegisterScalableTarget({ ...target, MinCapacity: 5, MaxCapacity: 10 });
  await scaling.PutScheduledAction({
    ...target,
    ScheduledActionName: "peak",
    Schedule: "cron(30 12 * * ? *)",
    ScalableTargetAction: { MinCapacity: 15, MaxCapacity: 20 },
  });
  await advance("31m");
  assert.equal(await capacity(), 15);
  const [set, triggered] = await activities();
  assert.equal(set!.Description, "Setting write capacity units to 15.");
  assert.deepEqual(
    [triggered!.Description, triggered!.Cause],
    [
      "Setting min capacity to 15 and max capacity to 20",
      "scheduled action name peak was triggered",
    ],
  );
  await scaling.RegisterScalableTarget({
    ...target,
    MinCapacity: 5,
    SuspendedState: { ScheduledScalingSuspended: true },
  });
  await advance("24h");
  const { ScalableTargets } = await scaling.DescribeScalableTargets({
    ServiceNamespace: "dynamodb",
  });
  assert.equal(ScalableTargets![0]!.MinCapacity, 5);
  assert.deepEqual(ScalableTargets![0]!.SuspendedState, {
    DynamicScalingInSuspended: false,
    DynamicScalingOutSuspended: false,
    ScheduledScalingSuspended: true,
  });
});

test("what is not there, and what is not known, is told apart", async (t) => {
  const { scaling } = await tableCloud(t);
  const register = (
    name: Partial<Omit<typeof target, "ServiceNamespace">> & {
      ServiceNamespace?: "ecs" | "lambda";
    },
  ) => scaling.RegisterScalableTarget({ ...target, ...name, MinCapacity: 1, MaxCapacity: 2 });
  await assert.rejects(register({ ResourceId: "table/other" }), {
    code: "ValidationException",
    message: "DynamoDB table does not exist: table/other",
  });
  await assert.rejects(register({ ResourceId: "banana" }), {
    message: "Unsupported service namespace, resource type or scalable dimension",
  });
  await assert.rejects(
    register({
      ServiceNamespace: "ecs",
      ResourceId: "service/default/web",
      ScalableDimension: "ecs:service:DesiredCount" as never,
    }),
    { code: "NotImplemented", message: /for the namespace ecs/ },
  );
  await assert.rejects(scaling.DeregisterScalableTarget(target), {
    code: "ObjectNotFoundException",
    message:
      "No scalable target found for service namespace: dynamodb, resource ID: table/orders, scalable dimension: dynamodb:table:WriteCapacityUnits",
  });
  await assert.rejects(
    scaling.PutScheduledAction({
      ...target,
      ScheduledActionName: "x",
      Schedule: "rate(1 hour)",
      ScalableTargetAction: { MinCapacity: 1 },
    }),
    { code: "ObjectNotFoundException", message: /^No scalable target registered for/ },
  );
});

test("targets carry tags", async (t) => {
  const { scaling } = await tableCloud(t);
  const { ScalableTargetARN: ResourceARN } = await scaling.RegisterScalableTarget({
    ...target,
    MinCapacity: 1,
    MaxCapacity: 2,
    Tags: { team: "a" },
  });
  await scaling.TagResource({ ResourceARN, Tags: { env: "x" } });
  await scaling.UntagResource({ ResourceARN, TagKeys: ["team"] });
  assert.deepEqual((await scaling.ListTagsForResource({ ResourceARN })).Tags, { env: "x" });
  await assert.rejects(scaling.ListTagsForResource({ ResourceARN: `${ResourceARN}0` }), {
    code: "ResourceNotFoundException",
  });
});
