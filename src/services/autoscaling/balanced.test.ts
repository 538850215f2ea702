import assert from "node:assert/strict";
import { test } from "node:test";
import { createScalingCloud, type ScalingCloud } from "./testing/scaling-cloud.ts";

async function targetGroup(cloud: ScalingCloud) {
  const ec2 = cloud.clients.ec2(cloud.caller);
  const elb = cloud.clients.elbv2(cloud.caller);
  // Where the group launches.
  const { Subnets = [] } = await ec2.DescribeSubnets({
    Filters: [{ Name: "availability-zone", Values: ["us-east-1a", "us-east-1b"] }],
  });
  const { TargetGroups } = await elb.CreateTargetGroup({
    Name: "web",
    Protocol: "HTTP",
    Port: 80,
    VpcId: Subnets[0]!.VpcId,
    TargetType: "instance",
  });
  const arn = TargetGroups![0]!.TargetGroupArn!;
  const targets = async () => {
    const { TargetHealthDescriptions = [] } = await elb.DescribeTargetHealth({
      TargetGroupArn: arn,
    });
    return TargetHealthDescriptions.map(({ Target, TargetHealth }) => [
      Target!.Id!,
      TargetHealth!.State!,
    ]);
  };
  const balance = async () => {
    const { LoadBalancers } = await elb.CreateLoadBalancer({
      Name: "web",
      Subnets: Subnets.map(({ SubnetId }) => SubnetId!),
    });
    await elb.CreateListener({
      LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn!,
      Protocol: "HTTP",
      Port: 80,
      DefaultActions: [{ Type: "forward", TargetGroupArn: arn }],
    });
  };
  return { arn, targets, balance, elb };
}

test("instances join the target groups when they enter service and leave them before they end", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  const { arn, targets, balance, elb } = await targetGroup(cloud);
  await balance();
  await cloud.createGroup({ DesiredCapacity: 2, TargetGroupARNs: [arn] });
  await cloud.advance("2m");
  const { ids } = await cloud.group();
  assert.deepEqual(new Set((await targets()).map(([id]) => id)), new Set(ids));
  const { LoadBalancerTargetGroups } = await cloud.autoscaling.DescribeLoadBalancerTargetGroups({
    AutoScalingGroupName: "web",
  });
  assert.deepEqual(LoadBalancerTargetGroups, [
    { LoadBalancerTargetGroupARN: arn, State: "InService" },
  ]);
  await elb.ModifyTargetGroupAttributes({
    TargetGroupArn: arn,
    Attributes: [{ Key: "deregistration_delay.timeout_seconds", Value: "30" }],
  });
  await cloud.autoscaling.SetDesiredCapacity({ AutoScalingGroupName: "web", DesiredCapacity: 1 });
  await cloud.advance("10s");
  assert.equal((await targets()).filter(([, state]) => state === "draining").length, 1);
  assert.equal((await cloud.group()).states.length, 2, "it drains first");
  await cloud.advance("1m");
  assert.deepEqual((await cloud.group()).states, ["InService"]);
  assert.equal((await targets()).length, 1);
});

const missing =
  "Failed Launching a new EC2 instance.  Status Reason: One or more target groups not found. Validating load balancer configuration failed.";

test("without its target group a group launches nothing and says why", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  const { arn, elb } = await targetGroup(cloud);
  const AutoScalingGroupName = "web";
  await cloud.createGroup({ DesiredCapacity: 1, MaxSize: 4, TargetGroupARNs: [arn] });
  await cloud.advance("2m");
  await elb.DeleteTargetGroup({ TargetGroupArn: arn });
  await cloud.autoscaling.SetDesiredCapacity({ AutoScalingGroupName, DesiredCapacity: 3 });
  await cloud.advance("10s");
  const failed = async () =>
    (await cloud.activities()).map(({ text }) => text).filter((text) => text.startsWith("Failed"));
  assert.deepEqual(await failed(), [missing, missing]);
  assert.deepEqual((await cloud.group()).states, ["InService"]);
  const { Reservations = [] } = await cloud.clients.ec2(cloud.caller).DescribeInstances({});
  assert.equal(Reservations.length, 1);
  await cloud.autoscaling.DetachLoadBalancerTargetGroups({
    AutoScalingGroupName,
    TargetGroupARNs: [arn],
  });
  await cloud.advance("30m");
  assert.deepEqual((await cloud.group()).states, ["InService", "InService", "InService"]);
});

test("an instance whose target group is gone before it joins it ends, and its launch has failed", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  const { arn, elb } = await targetGroup(cloud);
  const { id, goOn } = await cloud.createHeldGroup({ TargetGroupARNs: [arn] });
  await elb.DeleteTargetGroup({ TargetGroupArn: arn });
  await goOn();
  assert.deepEqual((await cloud.group()).ids, []);
  const texts = (await cloud.activities()).map(({ text }) => text);
  const reason = `Failed to update target group ${arn}: Target group '${arn}' not found Updating load balancer configuration failed`;
  assert.ok(
    texts.includes(`Failed Launching a new EC2 instance: ${id}.  Status Reason: ${reason}`),
    texts.join("\n"),
  );
  assert.ok(texts.includes(missing));
});

test("an instance leaves its target groups though nobody wrote down that it is in them", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  const { arn, targets, balance, elb } = await targetGroup(cloud);
  await balance();
  await cloud.createGroup({ MinSize: 0, DesiredCapacity: 2, TargetGroupARNs: [arn] });
  const AutoScalingGroupName = "web";
  // As when the process ended after the request and before the record.
  await cloud.autoscaling.SuspendProcesses({
    AutoScalingGroupName,
    ScalingProcesses: ["AddToLoadBalancer"],
  });
  await cloud.advance("2m");
  const { ids } = await cloud.group();
  await elb.RegisterTargets({ TargetGroupArn: arn, Targets: ids.map((Id) => ({ Id })) });
  await cloud.advance("1m");
  await cloud.autoscaling.DetachInstances({
    AutoScalingGroupName,
    InstanceIds: ids.slice(0, 1),
    ShouldDecrementDesiredCapacity: true,
  });
  await cloud.advance("6m");
  const left = (await targets()).map(([id]) => id);
  assert.deepEqual(left, ids.slice(1));
  await cloud.clients.ec2(cloud.caller).TerminateInstances({ InstanceIds: ids.slice(1) });
  await cloud.autoscaling.SetDesiredCapacity({ AutoScalingGroupName, DesiredCapacity: 0 });
  await cloud.advance("6m");
  assert.deepEqual(await targets(), []);
});

test("an instance whose machine died is replaced once its status checks fail", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ HealthCheckGracePeriod: 60 });
  await cloud.advance("5m");
  const [first] = (await cloud.group()).ids as [string];
  cloud.simulated.fail(first);
  await cloud.advance("5m");
  const causes = (await cloud.activities()).map(({ cause }) => cause);
  assert.ok(
    causes.some((cause) => /in response to an EC2 /.test(cause)),
    causes.join("\n"),
  );
  const after = await cloud.group();
  assert.deepEqual(after.states, ["InService"]);
  assert.ok(!after.ids.includes(first));
});

test("target groups are attached to and detached from a living group", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  const { arn, targets } = await targetGroup(cloud);
  await cloud.createGroup();
  await cloud.advance("2m");
  const attachment = { AutoScalingGroupName: "web", TargetGroupARNs: [arn] };
  await cloud.autoscaling.AttachLoadBalancerTargetGroups(attachment);
  await cloud.advance("10s");
  assert.equal((await targets()).length, 1);
  await cloud.autoscaling.DetachLoadBalancerTargetGroups(attachment);
  await cloud.advance("6m");
  assert.deepEqual(await targets(), []);
  const { LoadBalancerTargetGroups } = await cloud.autoscaling.DescribeLoadBalancerTargetGroups({
    AutoScalingGroupName: "web",
  });
  assert.deepEqual(LoadBalancerTargetGroups, []);
  assert.deepEqual((await cloud.group()).states, ["InService"]);
});

test("measured load closes the loop: machines get busy, the group grows until they are not", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DefaultInstanceWarmup: 120 }, { Monitoring: { Enabled: true } });
  await cloud.autoscaling.PutScalingPolicy({
    AutoScalingGroupName: "web",
    PolicyName: "cpu",
    PolicyType: "TargetTrackingScaling",
    TargetTrackingConfiguration: {
      TargetValue: 50,
      PredefinedMetricSpecification: { PredefinedMetricType: "ASGAverageCPUUtilization" },
    },
  });
  await cloud.advance("3m");
  const offer = async (requestsPerSecond: number, minutes: number) => {
    for (let minute = 0; minute < minutes; minute++) {
      const { ids, states } = await cloud.group();
      const serving = states.filter((state) => state === "InService").length;
      for (const id of ids) cloud.simulated.offer(id, requestsPerSecond / Math.max(1, serving));
      await cloud.advance("1m");
    }
  };
  await offer(20, 5);
  assert.equal((await cloud.group()).desired, 1);
  // Two CPUs at 100 requests a second each: 480 a second need five machines at half load.
  await offer(480, 30);
  assert.equal((await cloud.group()).desired, 5);
  assert.ok((await cloud.group()).states.every((state) => state === "InService"));
  await offer(50, 40);
  assert.equal((await cloud.group()).desired, 1);
});

test("an alarm tells a topic, and the alarm's history says that it did", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  const { TopicArn } = await cloud.clients.sns(cloud.caller).CreateTopic({ Name: "ops" });
  const sqs = cloud.clients.sqs(cloud.caller);
  const { QueueUrl } = await sqs.CreateQueue({ QueueName: "ops" });
  await cloud.clients.sns(cloud.caller).Subscribe({
    TopicArn,
    Protocol: "sqs",
    Endpoint: "arn:aws:sqs:us-east-1:123456789012:ops",
  });
  await cloud.cloudwatch.PutMetricAlarm({
    AlarmName: "busy",
    Namespace: "Test",
    MetricName: "Cpu",
    Statistic: "Average",
    Period: 60,
    EvaluationPeriods: 1,
    Threshold: 70,
    ComparisonOperator: "GreaterThanThreshold",
    AlarmActions: [TopicArn!, "arn:aws:sns:us-east-1:123456789012:nowhere"],
  });
  await cloud.reportCpu(97, 1);
  await cloud.advance("10s");
  const { Messages } = await sqs.ReceiveMessage({ QueueUrl });
  const envelope = JSON.parse(Messages![0]!.Body!) as { Subject: string; Message: string };
  assert.equal(envelope.Subject, 'ALARM: "busy" in US East (N. Virginia)');
  const message = JSON.parse(envelope.Message) as Record<string, unknown>;
  assert.equal(message["NewStateValue"], "ALARM");
  assert.equal(message["OldStateValue"], "INSUFFICIENT_DATA");
  assert.deepEqual(message["Trigger"], {
    MetricName: "Cpu",
    Namespace: "Test",
    StatisticType: "Statistic",
    Statistic: "AVERAGE",
    Unit: null,
    Dimensions: [],
    Period: 60,
    EvaluationPeriods: 1,
    ComparisonOperator: "GreaterThanThreshold",
    Threshold: 70,
    TreatMissingData: "",
    EvaluateLowSampleCountPercentile: "",
  });
  const { AlarmHistoryItems } = await cloud.cloudwatch.DescribeAlarmHistory({
    AlarmName: "busy",
    HistoryItemType: "Action",
  });
  const told = AlarmHistoryItems!.map(({ HistorySummary }) => HistorySummary);
  assert.deepEqual(
    new Set(told),
    new Set([
      'Failed to execute action arn:aws:sns:us-east-1:123456789012:nowhere. Received error: "Topic does not exist"',
      `Successfully executed action ${TopicArn}`,
    ]),
  );
});
