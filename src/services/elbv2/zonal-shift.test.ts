import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { dateOf } from "#runtime/date.ts";
import { fullName } from "./arns.ts";
import { createBalancedCloud, type BalancedCloud } from "./testing/balanced-cloud.ts";

const allowed = [{ Key: "zonal_shift.config.enabled", Value: "true" }];

function darken(cloud: BalancedCloud, zone: string, method: "POST" | "DELETE") {
  const { account, region } = cloud.caller;
  const body = method === "POST" ? { kind: "power-cut", zone } : undefined;
  const scope = { account, region };
  return cloud.host.askOwn("ec2", "faults", { method, item: undefined, body, scope });
}

/** A load balancer with an instance in each of two zones. */
async function balanced(context: TestContext) {
  const cloud = await createBalancedCloud(context);
  const { elb, ec2 } = cloud;
  const { LoadBalancerArn } = await cloud.createBalancer();
  const { TargetGroupArn } = await cloud.createGroup({ TargetType: "instance" });
  const { Images } = await ec2.DescribeImages({ Owners: ["amazon"] });
  const image = Images!.find(({ Architecture }) => Architecture === "x86_64")!;
  for (const SubnetId of cloud.subnets) {
    const { Instances } = await ec2.RunInstances({
      ImageId: image.ImageId!,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      SubnetId,
    });
    await cloud.advance("1m");
    const Targets = [{ Id: Instances![0]!.InstanceId! }];
    await elb.RegisterTargets({ TargetGroupArn, Targets });
  }
  await cloud.listen(LoadBalancerArn!, { Type: "forward", TargetGroupArn });
  await elb.ModifyLoadBalancerAttributes({ LoadBalancerArn, Attributes: allowed });
  await cloud.advance("15s");
  const { Subnets } = await ec2.DescribeSubnets({ SubnetIds: cloud.subnets });
  const zones = cloud.subnets.map(
    (id) => Subnets!.find(({ SubnetId }) => SubnetId === id)!.AvailabilityZone!,
  );
  /** By zone, in order. */
  const overrides = async () => {
    const { TargetHealthDescriptions } = await elb.DescribeTargetHealth({ TargetGroupArn });
    const byZone = new Map<string, string>();
    for (const { Target, AdministrativeOverride } of TargetHealthDescriptions!) {
      const { Reservations } = await ec2.DescribeInstances({ InstanceIds: [Target!.Id!] });
      const { Placement } = Reservations![0]!.Instances![0]!;
      byZone.set(Placement!.AvailabilityZone!, AdministrativeOverride!.State!);
    }
    return zones.map((zone) => byZone.get(zone));
  };
  const shiftedHosts = async () => {
    const now = cloud.clock.now();
    const { Datapoints } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
      Namespace: "AWS/ApplicationELB",
      MetricName: "ActiveZonalShiftHostCount",
      Dimensions: [
        { Name: "LoadBalancer", Value: fullName(LoadBalancerArn!) },
        { Name: "TargetGroup", Value: fullName(TargetGroupArn!) },
      ],
      StartTime: dateOf(now - 180_000),
      EndTime: dateOf(now + 60_000),
      Period: 60,
      Statistics: ["Maximum"],
    });
    return Math.max(0, ...Datapoints!.map(({ Maximum = 0 }) => Maximum));
  };
  const power = (method: "POST" | "DELETE") => darken(cloud, zones[0]!, method);
  return { ...cloud, TargetGroupArn, LoadBalancerArn, overrides, shiftedHosts, power };
}

test("a load balancer that allows it leaves a zone without power, and returns", async (context) => {
  const cloud = await balanced(context);
  assert.deepEqual(await cloud.overrides(), ["no_override", "no_override"]);
  assert.equal(await cloud.shiftedHosts(), 0);
  await cloud.power("POST");
  await cloud.advance("15s");
  assert.deepEqual(await cloud.overrides(), ["zonal_shift_active", "no_override"]);
  await cloud.advance("60s");
  assert.equal(await cloud.shiftedHosts(), 1);
  await cloud.power("DELETE");
  await cloud.advance("15s");
  assert.deepEqual(await cloud.overrides(), ["no_override", "no_override"]);
});

test("without cross-zone load balancing it is left to DNS, and without permission nothing happens", async (context) => {
  const cloud = await balanced(context);
  await cloud.elb.ModifyTargetGroupAttributes({
    TargetGroupArn: cloud.TargetGroupArn,
    Attributes: [{ Key: "load_balancing.cross_zone.enabled", Value: "false" }],
  });
  await cloud.power("POST");
  await cloud.advance("15s");
  assert.deepEqual(await cloud.overrides(), ["zonal_shift_delegated_to_dns", "no_override"]);
  await cloud.elb.ModifyLoadBalancerAttributes({
    LoadBalancerArn: cloud.LoadBalancerArn,
    Attributes: [{ Key: "zonal_shift.config.enabled", Value: "false" }],
  });
  await cloud.advance("15s");
  assert.deepEqual(await cloud.overrides(), ["no_override", "no_override"]);
});

test("a network load balancer across zones may leave one where its groups allow that", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { LoadBalancers } = await cloud.elb.CreateLoadBalancer({
    Name: "edge",
    Type: "network",
    Subnets: cloud.subnets,
  });
  const { LoadBalancerArn } = LoadBalancers![0]!;
  const { TargetGroupArn } = await cloud.createGroup({ Name: "tcp", Protocol: "TCP" });
  await cloud.elb.CreateListener({
    LoadBalancerArn,
    Protocol: "TCP",
    Port: 7000,
    DefaultActions: [{ Type: "forward", TargetGroupArn }],
  });
  const across = { Key: "load_balancing.cross_zone.enabled", Value: "true" };
  const enable = () =>
    cloud.elb.ModifyLoadBalancerAttributes({ LoadBalancerArn, Attributes: [...allowed, across] });
  await assert.rejects(enable(), {
    code: "InvalidConfigurationRequest",
    message: `Zonal shift cannot be enabled with cross-zone load balancing because the target group '${TargetGroupArn}' does not support it`,
  });
  const termination = "target_health_state.unhealthy.connection_termination.enabled";
  await cloud.elb.ModifyTargetGroupAttributes({
    TargetGroupArn,
    Attributes: [{ Key: termination, Value: "false" }],
  });
  await enable();
});
