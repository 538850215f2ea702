/**
 * What many machines at rest cost the whole of Fogbank: an Auto Scaling group of small instances behind
 * a load balancer, each with a server, health checks, detailed metrics, security groups and a target
 * tracking policy; whatever runs by default runs. CPU is that of Fogbank and of the programs it keeps
 * beside it, not of the machines.
 */
import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { AutoScaling } from "@aws-sdk/client-auto-scaling";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { EC2 } from "@aws-sdk/client-ec2";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { residentBytesOf } from "../load/costs.ts";
import { startFogbank } from "../load/servers.ts";
import { accessKeyId, secretAccessKey } from "../load/sign.ts";

const group = "rest";
const mostShare = 0.1;
const restSeconds = Number(process.env["BENCH_REST_SECONDS"] ?? 180);
/** Group and balancer look after newcomers for some minutes. */
const settleSeconds = 60;

/** A server of a few megabytes. */
const userData = `#!/bin/sh
exec perl -MIO::Socket::INET -e '
  my $server = IO::Socket::INET->new(LocalAddr => "0.0.0.0", LocalPort => 80, Listen => 64, ReuseAddr => 1) or die $!;
  while (my $client = $server->accept) {
    while (<$client>) { last if /^\\r?$/ }
    print $client "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok";
    close $client;
  }'
`;

export async function measureRest(count: number, signal: AbortSignal): Promise<void> {
  const fogbank = await startFogbank(["--compute", "process", "--log-level", "warn"], "all cores");
  const settings = {
    endpoint: `http://127.0.0.1:${fogbank.port}`,
    region: "us-east-1",
    credentials: { accessKeyId, secretAccessKey },
  };
  const pause = (ms: number) => sleep(ms, undefined, { signal });
  try {
    const startMs = performance.now();
    const targets = await build(settings, count);
    const elb = new ElasticLoadBalancingV2(settings);
    for (let healthy = 0; healthy < count;) {
      await pause(1000);
      const { TargetHealthDescriptions = [] } = await elb.describeTargetHealth({
        TargetGroupArn: targets,
      });
      healthy = TargetHealthDescriptions.filter(
        ({ TargetHealth }) => TargetHealth?.State === "healthy",
      ).length;
      if (performance.now() - startMs > 600_000)
        throw new Error(`${healthy} of ${count} machines were healthy after 10 minutes`);
    }
    const upSeconds = (performance.now() - startMs) / 1000;
    await pause(settleSeconds * 1000);
    const before = cpuOf(fogbank.pid);
    await pause(restSeconds * 1000);
    const after = cpuOf(fogbank.pid);
    const metrics = await publishedOf(settings, restSeconds);
    const share = (after.seconds - before.seconds) / restSeconds;
    console.log(
      `Fogbank with ${count} machines, all healthy after ${upSeconds.toFixed(0)} s: at rest ${(share * 100).toFixed(1)} % of a core over ${restSeconds} s (goal: below ${mostShare * 100} %${share < mostShare ? "" : ", missed"}), ${after.megabytes.toFixed(0)} MB, ${(metrics / (restSeconds / 60)).toFixed(0)} CPUUtilization values a minute`,
    );
    if (share >= mostShare) process.exitCode = 1;
  } finally {
    await fetch(`${settings.endpoint}/_fogbank/reset`, { method: "POST" });
    await fogbank.stop();
  }
}

type Settings = ConstructorParameters<typeof EC2>[0];

async function build(settings: Settings & {}, count: number): Promise<string> {
  const ec2 = new EC2(settings);
  const elb = new ElasticLoadBalancingV2(settings);
  const autoscaling = new AutoScaling(settings);
  const { Images = [] } = await ec2.describeImages({ Owners: ["amazon"] });
  const { Subnets = [] } = await ec2.describeSubnets({});
  const subnets = Subnets.map(({ SubnetId }) => SubnetId!);
  const { GroupId } = await ec2.createSecurityGroup({ GroupName: group, Description: group });
  await ec2.authorizeSecurityGroupIngress({
    GroupId: GroupId!,
    IpProtocol: "tcp",
    FromPort: 80,
    ToPort: 80,
    CidrIp: "0.0.0.0/0",
  });
  const { TargetGroups } = await elb.createTargetGroup({
    Name: group,
    Protocol: "HTTP",
    Port: 80,
    VpcId: Subnets[0]!.VpcId!,
  });
  const targets = TargetGroups![0]!.TargetGroupArn!;
  const { LoadBalancers } = await elb.createLoadBalancer({ Name: group, Subnets: subnets });
  await elb.createListener({
    LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn!,
    Protocol: "HTTP",
    Port: 80,
    DefaultActions: [{ Type: "forward", TargetGroupArn: targets }],
  });
  await ec2.createLaunchTemplate({
    LaunchTemplateName: group,
    LaunchTemplateData: {
      ImageId: Images.find(({ Architecture }) => Architecture === "x86_64")!.ImageId!,
      InstanceType: "t3.nano",
      SecurityGroupIds: [GroupId!],
      Monitoring: { Enabled: true },
      UserData: Buffer.from(userData).toString("base64"),
    },
  });
  await autoscaling.createAutoScalingGroup({
    AutoScalingGroupName: group,
    // Whatever the policy thinks of machines that do nothing, they stay.
    MinSize: count,
    MaxSize: count,
    LaunchTemplate: { LaunchTemplateName: group },
    VPCZoneIdentifier: subnets.join(","),
    TargetGroupARNs: [targets],
    HealthCheckType: "ELB",
    HealthCheckGracePeriod: 600,
  });
  await autoscaling.putScalingPolicy({
    AutoScalingGroupName: group,
    PolicyName: "cpu",
    PolicyType: "TargetTrackingScaling",
    TargetTrackingConfiguration: {
      PredefinedMetricSpecification: { PredefinedMetricType: "ASGAverageCPUUtilization" },
      TargetValue: 50,
    },
  });
  return targets;
}

/** How many values the machines' sensors have published since: proof that they were awake. */
async function publishedOf(settings: Settings & {}, seconds: number): Promise<number> {
  const now = Date.now();
  const { Datapoints = [] } = await new CloudWatch(settings).getMetricStatistics({
    Namespace: "AWS/EC2",
    MetricName: "CPUUtilization",
    Dimensions: [{ Name: "AutoScalingGroupName", Value: group }],
    StartTime: new Date(now - seconds * 1000),
    EndTime: new Date(now),
    Period: 60,
    Statistics: ["SampleCount"],
  });
  return Datapoints.reduce((sum, { SampleCount = 0 }) => sum + SampleCount, 0);
}

/** Fogbank's own process, and those of its children that are no machines. */
function cpuOf(pid: number): { seconds: number; megabytes: number } {
  const own = [pid, ...childrenOf(pid).filter((child) => nameOf(child) === "perl")];
  return {
    seconds: own.map(secondsOf).reduce((sum, one) => sum + one, 0),
    megabytes: own.map(residentBytesOf).reduce((sum, one) => sum + one, 0) / 2 ** 20,
  };
}

/** With the programs that came and went meanwhile; from ticks of 10 ms. */
function secondsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) / 100, 0);
}

function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8")
      .split(" ")
      .filter(Boolean)
      .map(Number),
  );
}

const nameOf = (pid: number) => readFileSync(`/proc/${pid}/comm`, "utf8").trim();
