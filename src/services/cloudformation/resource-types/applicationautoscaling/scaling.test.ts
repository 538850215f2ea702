import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

const table = (units: number) => ({
  Type: "AWS::DynamoDB::Table",
  Properties: {
    TableName: "orders",
    AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    ProvisionedThroughput: { ReadCapacityUnits: units, WriteCapacityUnits: units },
  },
});

const template = (units: number, max: number) =>
  JSON.stringify({
    Resources: {
      Table: table(units),
      Target: {
        Type: "AWS::ApplicationAutoScaling::ScalableTarget",
        Properties: {
          ServiceNamespace: "dynamodb",
          ResourceId: { "Fn::Sub": "table/${Table}" },
          ScalableDimension: "dynamodb:table:WriteCapacityUnits",
          MinCapacity: 5,
          MaxCapacity: max,
          ScheduledActions: [
            {
              ScheduledActionName: "evening",
              Schedule: "cron(0 18 * * ? *)",
              ScalableTargetAction: { MinCapacity: 10 },
            },
          ],
        },
      },
      Policy: {
        Type: "AWS::ApplicationAutoScaling::ScalingPolicy",
        Properties: {
          PolicyName: "half",
          PolicyType: "TargetTrackingScaling",
          ScalingTargetId: { Ref: "Target" },
          TargetTrackingScalingPolicyConfiguration: {
            TargetValue: 50,
            PredefinedMetricSpecification: {
              PredefinedMetricType: "DynamoDBWriteCapacityUtilization",
            },
          },
        },
      },
    },
    Outputs: { Target: { Value: { Ref: "Target" } }, Policy: { Value: { Ref: "Policy" } } },
  });

test("a stack has a table scaled, changes its capacity and its bounds, and takes all with it", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const stacks = cloud.clients.cloudformation(cloud.caller);
  const scaling = cloud.clients.applicationautoscaling(cloud.caller);
  const db = cloud.clients.dynamodb(cloud.caller);
  const stack = async () => (await stacks.DescribeStacks({ StackName: "web" })).Stacks![0]!;
  await stacks.CreateStack({ StackName: "web", TemplateBody: template(5, 20) });
  await cloud.advance("2m");
  assert.equal((await stack()).StackStatus, "CREATE_COMPLETE");
  const outputs = (await stack()).Outputs!.map(({ OutputValue }) => OutputValue!).sort();
  assert.match(outputs[0]!, /:resource\/dynamodb\/table\/orders:policyName\/half$/);
  assert.equal(outputs[1], "table/orders|dynamodb:table:WriteCapacityUnits|dynamodb");
  const { ScheduledActions } = await scaling.DescribeScheduledActions({
    ServiceNamespace: "dynamodb",
  });
  assert.equal(ScheduledActions![0]!.Schedule, "cron(0 18 * * ? *)");
  await stacks.UpdateStack({ StackName: "web", TemplateBody: template(8, 30) });
  await cloud.advance("2m");
  assert.equal((await stack()).StackStatus, "UPDATE_COMPLETE");
  const { Table } = await db.DescribeTable({ TableName: "orders" });
  assert.equal(Table!.ProvisionedThroughput!.WriteCapacityUnits, 8);
  const { ScalableTargets } = await scaling.DescribeScalableTargets({
    ServiceNamespace: "dynamodb",
  });
  assert.equal(ScalableTargets![0]!.MaxCapacity, 30);
  await stacks.DeleteStack({ StackName: "web" });
  await cloud.advance("2m");
  const left = await scaling.DescribeScalableTargets({ ServiceNamespace: "dynamodb" });
  assert.deepEqual(left.ScalableTargets, []);
  const { MetricAlarms } = await cloud.clients.cloudwatch(cloud.caller).DescribeAlarms({});
  assert.deepEqual(MetricAlarms, []);
});

test("a template makes policies of all four types, and a scheduled action", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const { Images = [] } = await cloud.clients
    .ec2(cloud.caller)
    .DescribeImages({ Owners: ["amazon"] });
  const policy = (properties: object) => ({
    Type: "AWS::AutoScaling::ScalingPolicy",
    Properties: { AutoScalingGroupName: { Ref: "Group" }, ...properties },
  });
  const specification = {
    TargetValue: 50,
    PredefinedMetricPairSpecification: { PredefinedMetricType: "ASGCPUUtilization" },
  };
  const body = {
    Resources: {
      Template: {
        Type: "AWS::EC2::LaunchTemplate",
        Properties: {
          LaunchTemplateData: {
            ImageId: Images.find(({ Architecture }) => Architecture === "x86_64")!.ImageId,
            InstanceType: "t3.micro",
          },
        },
      },
      Group: {
        Type: "AWS::AutoScaling::AutoScalingGroup",
        Properties: {
          MinSize: "1",
          MaxSize: "4",
          AvailabilityZones: ["us-east-1a"],
          LaunchTemplate: {
            LaunchTemplateId: { Ref: "Template" },
            Version: { "Fn::GetAtt": ["Template", "LatestVersionNumber"] },
          },
        },
      },
      Simple: policy({ AdjustmentType: "ChangeInCapacity", ScalingAdjustment: 1, Cooldown: "60" }),
      Step: policy({
        PolicyType: "StepScaling",
        AdjustmentType: "PercentChangeInCapacity",
        MinAdjustmentMagnitude: 2,
        StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 25 }],
      }),
      Tracking: policy({
        PolicyType: "TargetTrackingScaling",
        TargetTrackingConfiguration: {
          TargetValue: 50,
          PredefinedMetricSpecification: { PredefinedMetricType: "ASGAverageCPUUtilization" },
        },
      }),
      Predictive: policy({
        PolicyType: "PredictiveScaling",
        PredictiveScalingConfiguration: {
          Mode: "ForecastAndScale",
          MetricSpecifications: [specification],
        },
      }),
      Evening: {
        Type: "AWS::AutoScaling::ScheduledAction",
        Properties: {
          AutoScalingGroupName: { Ref: "Group" },
          Recurrence: "0 18 * * *",
          TimeZone: "Europe/Berlin",
          MinSize: 2,
        },
      },
    },
  };
  const stacks = cloud.clients.cloudformation(cloud.caller);
  await stacks.CreateStack({ StackName: "web", TemplateBody: JSON.stringify(body) });
  await cloud.advance("5m");
  assert.equal(
    (await stacks.DescribeStacks({ StackName: "web" })).Stacks![0]!.StackStatus,
    "CREATE_COMPLETE",
  );
  const autoscaling = cloud.clients.autoscaling(cloud.caller);
  const { ScalingPolicies = [] } = await autoscaling.DescribePolicies({});
  assert.deepEqual(ScalingPolicies.map(({ PolicyType }) => PolicyType!).sort(), [
    "PredictiveScaling",
    "SimpleScaling",
    "StepScaling",
    "TargetTrackingScaling",
  ]);
  const predictive = ScalingPolicies.find(({ PolicyType }) => PolicyType === "PredictiveScaling");
  assert.deepEqual(predictive!.PredictiveScalingConfiguration!.MetricSpecifications, [
    specification,
  ]);
  const { ScheduledUpdateGroupActions } = await autoscaling.DescribeScheduledActions({});
  assert.equal(ScheduledUpdateGroupActions![0]!.TimeZone, "Europe/Berlin");
  await stacks.DeleteStack({ StackName: "web" });
  await cloud.advance("10m");
  assert.deepEqual((await autoscaling.DescribePolicies({})).ScalingPolicies, []);
});
