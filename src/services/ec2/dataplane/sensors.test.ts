import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud } from "../testing/ec2-cloud.ts";
import { cpuPercent } from "./measure.ts";

test("used processors are a part of the type's processors, never more than all of them", () => {
  const at = (cpuSeconds: number, measuredMs: number) => ({ cpuSeconds, measuredMs });
  assert.equal(cpuPercent(at(10, 0), at(40, 60_000), 2), 25);
  assert.equal(cpuPercent(at(0, 0), at(600, 60_000), 2), 100);
  assert.equal(cpuPercent(at(5, 0), at(5, 0), 2), undefined);
});

async function runUnderLoad(monitoring: boolean) {
  const cloud = createEc2Cloud();
  const { Instances } = await cloud.ec2.RunInstances({
    ImageId: cloud.imageId,
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
    Monitoring: { Enabled: monitoring },
  });
  const id = Instances![0]!.InstanceId!;
  await cloud.advance("5m");
  // t3.micro has two virtual CPUs; one request in a hundred milliseconds of one of them.
  cloud.simulated.offer(id, 100);
  await cloud.advance("10m");
  const nowMs = cloud.clock.now();
  const points = async (MetricName: string, Name = "InstanceId", Value = id) => {
    const { Datapoints } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
      Namespace: "AWS/EC2",
      MetricName,
      ...(Name && { Dimensions: [{ Name, Value }] }),
      StartTime: new Date(nowMs - 600_000),
      EndTime: new Date(nowMs),
      Period: 60,
      Statistics: ["Average", "SampleCount"],
    });
    return Datapoints!.sort((a, b) => a.Timestamp!.getTime() - b.Timestamp!.getTime());
  };
  return { cloud, id, points };
}

test("detailed monitoring gives a value a minute, also by type, image and over all", async () => {
  const { cloud, points } = await runUnderLoad(true);
  const values = await points("CPUUtilization");
  assert.equal(values.length, 10);
  assert.ok(values.slice(1).every(({ Average }) => Math.abs(Average! - 50.5) < 0.01));
  assert.equal((await points("CPUUtilization", "InstanceType", "t3.micro")).length, 10);
  assert.equal((await points("CPUUtilization", "ImageId", cloud.imageId)).length, 10);
  assert.equal((await points("CPUUtilization", "")).length, 10);
  await cloud.stop();
});

test("basic monitoring gives a value in five minutes; status checks come every minute", async () => {
  const { cloud, points } = await runUnderLoad(false);
  const values = await points("CPUUtilization");
  assert.equal(values.length, 2);
  assert.equal(values[0]!.Timestamp!.getTime() % 300_000, 0);
  assert.equal((await points("CPUUtilization", "InstanceType", "t3.micro")).length, 0);
  const checks = await points("StatusCheckFailed");
  assert.equal(checks.length, 10);
  assert.ok(checks.every(({ Average }) => Average === 0));
  await cloud.stop();
});

test("a machine that died fails its status check", async () => {
  const { cloud, id, points } = await runUnderLoad(false);
  cloud.simulated.fail(id);
  await cloud.advance("5m");
  const checks = await points("StatusCheckFailed_Instance");
  assert.ok(checks.length > 0);
  await cloud.stop();
});

test("instances of a group are measured together under its name", async () => {
  const cloud = createEc2Cloud();
  const [first, second] = await cloud.run(2);
  // The tag that Auto Scaling gives; its prefix is closed to users.
  const autoscaling = {
    ...cloud.caller,
    principal: {
      ...cloud.caller.principal,
      type: "service" as const,
      arn: "autoscaling.amazonaws.com",
    },
  };
  await cloud.clients.ec2(autoscaling).CreateTags({
    Resources: [first!, second!],
    Tags: [{ Key: "aws:autoscaling:groupName", Value: "web" }],
  });
  await cloud.advance("15m");
  const { Datapoints } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
    Namespace: "AWS/EC2",
    MetricName: "CPUUtilization",
    Dimensions: [{ Name: "AutoScalingGroupName", Value: "web" }],
    StartTime: new Date(cloud.clock.now() - 900_000),
    EndTime: new Date(cloud.clock.now()),
    Period: 300,
    Statistics: ["SampleCount"],
  });
  assert.ok(Datapoints!.some(({ SampleCount }) => SampleCount === 2));
  await cloud.stop();
});
