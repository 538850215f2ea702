/** A clock that is moved far leaves looks out; whatever can be seen afterwards is as if it had moved step by step. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";
import { dateOf } from "#runtime/date.ts";

/** No longer than the shortest interval between looks, so that none is left out. */
const stepMs = 10_000;
const spanMs = 4 * 3_600_000;

test("a move of hours and one of seconds at a time come to the same", async () => {
  const farther = await live((cloud) => cloud.clock.advance(spanMs));
  const inSteps = await live(async ({ clock }) => {
    for (let passedMs = 0; passedMs < spanMs; passedMs += stepMs) await clock.advance(stepMs);
  });
  assert.ok(inSteps.transitions.length > 8, "alarms changed");
  assert.ok(inSteps.activities.length > 4, "instances came and went");
  assert.ok(inSteps.datapoints.HealthyHostCount.length > 200, "there was something to measure");
  const statuses = new Set(inSteps.datapoints.HealthCheckStatus.map(([, least]) => least));
  assert.deepEqual(statuses, new Set([1, 0]));
  assert.deepEqual(farther, inSteps);
});

/** A group behind a load balancer, through a scheduled action, a failure and load; and what can be seen of it. */
async function live(pass: (cloud: TestCloud) => Promise<void>) {
  const cloud = createTestCloud();
  const { caller, clients, clock, simulated } = cloud;
  const autoscaling = clients.autoscaling(caller);
  const cloudwatch = clients.cloudwatch(caller);
  const elb = clients.elbv2(caller);
  const route53 = clients.route53(caller);
  const { Subnets } = await clients.ec2(caller).DescribeSubnets({});
  const subnets = Subnets!.slice(0, 2).map(({ SubnetId }) => SubnetId!);
  const { LoadBalancers } = await elb.CreateLoadBalancer({ Name: "web", Subnets: subnets });
  const LoadBalancerArn = LoadBalancers![0]!.LoadBalancerArn!;
  const { TargetGroups } = await elb.CreateTargetGroup({
    Name: "app",
    Protocol: "HTTP",
    Port: 80,
    VpcId: Subnets![0]!.VpcId!,
    HealthCheckIntervalSeconds: 10,
  });
  const TargetGroupArn = TargetGroups![0]!.TargetGroupArn!;
  await elb.CreateListener({
    LoadBalancerArn,
    Protocol: "HTTP",
    Port: 80,
    DefaultActions: [{ Type: "forward", TargetGroupArn }],
  });
  const { Images } = await clients.ec2(caller).DescribeImages({ Owners: ["amazon"] });
  await autoscaling.CreateLaunchConfiguration({
    LaunchConfigurationName: "web",
    ImageId: Images![0]!.ImageId!,
    InstanceType: "t3.micro",
  });
  await autoscaling.CreateAutoScalingGroup({
    AutoScalingGroupName: "web",
    LaunchConfigurationName: "web",
    MinSize: 2,
    MaxSize: 6,
    VPCZoneIdentifier: subnets.join(","),
    TargetGroupARNs: [TargetGroupArn],
    HealthCheckType: "ELB",
    HealthCheckGracePeriod: 60,
  });
  await autoscaling.PutScalingPolicy({
    AutoScalingGroupName: "web",
    PolicyName: "cpu",
    PolicyType: "TargetTrackingScaling",
    TargetTrackingConfiguration: {
      PredefinedMetricSpecification: { PredefinedMetricType: "ASGAverageCPUUtilization" },
      TargetValue: 50,
    },
  });
  await autoscaling.PutScheduledUpdateGroupAction({
    AutoScalingGroupName: "web",
    ScheduledActionName: "evening",
    StartTime: dateOf(clock.now() + 3_600_000),
    DesiredCapacity: 3,
  });
  const balancer = LoadBalancerArn.split("loadbalancer/")[1]!;
  const group = TargetGroupArn.split(":").at(-1)!;
  const Dimensions = [
    { Name: "LoadBalancer", Value: balancer },
    { Name: "TargetGroup", Value: group },
  ];
  await cloudwatch.PutMetricAlarm({
    AlarmName: "few",
    Namespace: "AWS/ApplicationELB",
    MetricName: "HealthyHostCount",
    Dimensions,
    Statistic: "Minimum",
    Period: 60,
    EvaluationPeriods: 2,
    Threshold: 2,
    ComparisonOperator: "LessThanThreshold",
  });
  await clock.advance(600_000);
  const instances = async () => {
    const { AutoScalingGroups } = await autoscaling.DescribeAutoScalingGroups({});
    return AutoScalingGroups![0]!.Instances!.map(({ InstanceId }) => InstanceId!);
  };
  const [first] = await instances();
  const { Instances } = await clients.ec2(caller).RunInstances({
    ImageId: Images![0]!.ImageId!,
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
  });
  const InstanceIds = [Instances![0]!.InstanceId!];
  const { HealthCheck } = await route53.CreateHealthCheck({
    CallerReference: "first",
    HealthCheckConfig: {
      Type: "TCP",
      IPAddress: Instances![0]!.PrivateIpAddress!,
      Port: 80,
      RequestInterval: 30,
      FailureThreshold: 3,
    },
  });
  const HealthCheckId = HealthCheck!.Id!;
  clock.after(2_345_678, () => simulated.fail(first!));
  clock.after(
    3_456_789,
    async () => void (await clients.ec2(caller).StopInstances({ InstanceIds })),
  );
  clock.after(
    8_765_432,
    async () => void (await clients.ec2(caller).StartInstances({ InstanceIds })),
  );
  clock.after(7_000_123, async () => {
    for (const id of await instances()) simulated.offer(id, 150);
  });
  clock.after(9_876_543, async () => {
    for (const id of await instances()) simulated.offer(id, 0);
  });
  const startMs = clock.now();
  await pass(cloud);

  const { AlarmHistoryItems } = await cloudwatch.DescribeAlarmHistory({ MaxRecords: 100 });
  const { Activities } = await autoscaling.DescribeScalingActivities({
    AutoScalingGroupName: "web",
  });
  const { TargetHealthDescriptions } = await elb.DescribeTargetHealth({ TargetGroupArn });
  const { HealthCheckObservations } = await route53.GetHealthCheckStatus({ HealthCheckId });
  const pointsOf = async (Namespace: string, MetricName: string, own: typeof Dimensions) => {
    const { Datapoints } = await cloudwatch.GetMetricStatistics({
      Namespace,
      MetricName,
      Dimensions: own,
      StartTime: dateOf(startMs),
      EndTime: dateOf(startMs + spanMs),
      Period: 60,
      Statistics: ["Minimum", "Maximum", "SampleCount"],
    });
    return Datapoints!
      .map(({ Timestamp, Minimum, Maximum, SampleCount }) => [
        Timestamp!.getTime(),
        Minimum,
        Maximum,
        SampleCount,
      ])
      .sort(([a], [b]) => a! - b!);
  };
  const seen = {
    transitions: AlarmHistoryItems!.map((item) => [
      item.Timestamp!.getTime(),
      item.AlarmName!.replace(/-[0-9a-f-]{36}$/, ""),
      item.HistorySummary,
    ]),
    // Two of one moment come in no certain order.
    activities: Activities!
      .map(({ StartTime, EndTime, StatusCode, Cause }) =>
        [
          StartTime!.getTime(),
          EndTime?.getTime(),
          StatusCode,
          Cause?.replaceAll(/i-[0-9a-f]+/g, "i"),
        ].join(" "),
      )
      .sort(),
    targets: TargetHealthDescriptions!.map(({ TargetHealth }) => TargetHealth),
    checked: HealthCheckObservations![0]!.StatusReport,
    datapoints: {
      HealthyHostCount: await pointsOf("AWS/ApplicationELB", "HealthyHostCount", Dimensions),
      HealthCheckStatus: await pointsOf("AWS/Route53", "HealthCheckStatus", [
        { Name: "HealthCheckId", Value: HealthCheckId },
      ]),
    },
  };
  await cloud.stop();
  return seen;
}
