/**
 * How long the scaling loop takes on the system clock, with real machines: from the moment at which a
 * load step crosses the target until the new instance answers. What the machine takes to start and the
 * load balancer's health checks are not the control plane's; the rest has to stay below one alarm period
 * and 5 seconds.
 */
import { once } from "node:events";
import { rmSync } from "node:fs";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { AutoScaling } from "@aws-sdk/client-auto-scaling";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { EC2 } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { startCloud } from "#cloud/index.ts";
import { benchDirectory } from "./load/directory.ts";

const periodSeconds = 60;
const allowedSeconds = periodSeconds + 5;
/** Requests a second before and after the step; the target lies between. */
const [calm, busy] = [5, 40];
const targetPerSecond = 15;
const healthCheckSeconds = 5;
const group = "loop";

/** Each instance answers with the moment at which it was ready, which also tells them apart. */
const userData = `#!/bin/bash
exec node -e '
  const started = String(Date.now());
  require("http").createServer((_, reply) => reply.end(started)).listen(8080, process.env.HOST || "0.0.0.0");
'`;

const dataDir = benchDirectory();
const cloud = await startCloud({ compute: "process", dataDir, logLevel: "error" });
const settings = {
  endpoint: cloud.endpoint,
  region: "us-east-1",
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
};
const ec2 = new EC2(settings);
const elb = new ElasticLoadBalancingV2(settings);
const autoscaling = new AutoScaling(settings);
const cloudwatch = new CloudWatch(settings);

async function build() {
  const { Images = [] } = await ec2.describeImages({ Owners: ["amazon"] });
  const image = Images.find(({ Architecture }) => Architecture === "x86_64")!;
  const { Subnets = [] } = await ec2.describeSubnets({});
  const { TargetGroups } = await elb.createTargetGroup({
    Name: group,
    Protocol: "HTTP",
    Port: 8080,
    VpcId: Subnets[0]!.VpcId!,
    HealthCheckIntervalSeconds: healthCheckSeconds,
    HealthCheckTimeoutSeconds: 2,
    HealthyThresholdCount: 2,
  });
  const targets = TargetGroups![0]!.TargetGroupArn!;
  const { LoadBalancers } = await elb.createLoadBalancer({
    Name: group,
    Subnets: Subnets.slice(0, 2).map(({ SubnetId }) => SubnetId!),
  });
  const balancer = LoadBalancers![0]!;
  await elb.createListener({
    LoadBalancerArn: balancer.LoadBalancerArn!,
    Protocol: "HTTP",
    Port: 80,
    DefaultActions: [{ Type: "forward", TargetGroupArn: targets }],
  });
  await ec2.createLaunchTemplate({
    LaunchTemplateName: group,
    LaunchTemplateData: {
      ImageId: image.ImageId!,
      InstanceType: "t3.micro",
      UserData: Buffer.from(userData).toString("base64"),
    },
  });
  await autoscaling.createAutoScalingGroup({
    AutoScalingGroupName: group,
    MinSize: 1,
    MaxSize: 2,
    // The first instance counts once the load begins.
    DefaultInstanceWarmup: 10,
    LaunchTemplate: { LaunchTemplateName: group },
    VPCZoneIdentifier: Subnets.slice(0, 2)
      .map(({ SubnetId }) => SubnetId)
      .join(","),
    TargetGroupARNs: [targets],
  });
  const { PolicyARN } = await autoscaling.putScalingPolicy({
    AutoScalingGroupName: group,
    PolicyName: "out",
    PolicyType: "StepScaling",
    AdjustmentType: "ChangeInCapacity",
    StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
  });
  await cloudwatch.putMetricAlarm({
    AlarmName: group,
    Namespace: "AWS/ApplicationELB",
    MetricName: "RequestCount",
    Dimensions: [
      { Name: "LoadBalancer", Value: balancer.LoadBalancerArn!.split(":loadbalancer/")[1]! },
    ],
    Statistic: "Sum",
    Period: periodSeconds,
    EvaluationPeriods: 1,
    Threshold: targetPerSecond * periodSeconds,
    ComparisonOperator: "GreaterThanThreshold",
    AlarmActions: [PolicyARN!],
  });
  return { host: balancer.DNSName!, targets };
}

async function healthy(targets: string): Promise<number> {
  const { TargetHealthDescriptions = [] } = await elb.describeTargetHealth({
    TargetGroupArn: targets,
  });
  return TargetHealthDescriptions.filter(({ TargetHealth }) => TargetHealth?.State === "healthy")
    .length;
}

const agent = new Agent({ keepAlive: true });

/** The answer of whichever instance it is. */
async function ask(host: string): Promise<string> {
  const { port } = new URL(cloud.endpoint);
  const asked = request({ agent, host: "127.0.0.1", port, headers: { host } }).end();
  const [reply] = (await once(asked, "response")) as [AsyncIterable<Buffer>];
  let text = "";
  for await (const piece of reply) text += String(piece);
  return text;
}

async function until(done: () => Promise<boolean>, seconds: number, what: string): Promise<number> {
  const endMs = Date.now() + seconds * 1000;
  while (!(await done())) {
    if (Date.now() > endMs) throw new Error(`waited in vain for ${what}`);
    await sleep(100);
  }
  return Date.now();
}

const drive = { rate: calm, stopped: false };
try {
  const { host, targets } = await build();
  await until(async () => (await healthy(targets)) === 1, 90, "the first instance");
  const first = await ask(host);
  let taken: { atMs: number; readyMs: number } | undefined;
  const notice = async () => {
    const answer = await ask(host);
    if (answer !== first && /^\d+$/.test(answer))
      taken ??= { atMs: Date.now(), readyMs: Number(answer) };
  };
  const load = (async () => {
    const under: Promise<void>[] = [];
    while (!drive.stopped) {
      under.push(notice());
      await sleep(1000 / drive.rate);
    }
    const failed = (await Promise.allSettled(under)).filter(({ status }) => status === "rejected");
    if (failed.length > 0) console.error(`${failed.length} requests failed`);
  })();
  // A calm period, so that the step is one.
  await sleep(periodSeconds * 1000 - (Date.now() % (periodSeconds * 1000)) + 15_000);
  const stepMs = Date.now();
  drive.rate = busy;
  const healthyMs = await until(
    async () => (await healthy(targets)) === 2,
    240,
    "the new instance",
  );
  await until(async () => taken !== undefined, 30, "its first answer");
  drive.stopped = true;
  await load;
  const { MetricAlarms } = await cloudwatch.describeAlarms({ AlarmNames: [group] });
  const { Activities } = await autoscaling.describeScalingActivities({
    AutoScalingGroupName: group,
  });
  const launchMs = Activities![0]!.StartTime!.getTime();
  const alarmMs = MetricAlarms![0]!.StateUpdatedTimestamp!.getTime();
  const stages: [string, number, number, "control plane" | "machine" | "health checks"][] = [
    ["the alarm's period ends and it is in ALARM", stepMs, alarmMs, "control plane"],
    ["the policy has set the capacity, the launch begins", alarmMs, launchMs, "control plane"],
    ["the machine is up and listens", launchMs, taken!.readyMs, "machine"],
    [
      `it passes 2 health checks, ${healthCheckSeconds} s apart`,
      taken!.readyMs,
      healthyMs,
      "health checks",
    ],
    ["it answers the first request", healthyMs, taken!.atMs, "control plane"],
  ];
  console.log(`load step from ${calm} to ${busy} requests a second, target ${targetPerSecond}`);
  let added = 0;
  for (const [what, fromMs, toMs, whose] of stages) {
    const seconds = Math.max(0, toMs - fromMs) / 1000;
    if (whose === "control plane") added += seconds;
    console.log(`${seconds.toFixed(1).padStart(7)} s  ${what} (${whose})`);
  }
  console.log(`${((taken!.atMs - stepMs) / 1000).toFixed(1).padStart(7)} s  in all`);
  const good = added < allowedSeconds;
  console.log(
    `the control plane: ${added.toFixed(1)} s (goal: below ${allowedSeconds}${good ? "" : ", missed"})`,
  );
  if (!good) process.exitCode = 1;
} catch (error) {
  console.error(error);
  const { MetricAlarms } = await cloudwatch.describeAlarms({ AlarmNames: [group] });
  console.error("the alarm:", MetricAlarms?.[0]?.StateReason);
  process.exitCode = 1;
} finally {
  drive.stopped = true;
  await sleep(1000);
  agent.destroy();
  // Machines outlive their cloud, unless it forgets them.
  await cloud.reset();
  await cloud.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
