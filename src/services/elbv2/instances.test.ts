import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { dateOf } from "#runtime/date.ts";
import { createBalancedCloud, type BalancedCloud } from "./testing/balanced-cloud.ts";

/** Two simulated instances behind a load balancer. */
async function createFleet(context: TestContext) {
  const cloud = await createBalancedCloud(context);
  const run = await cloud.ec2.RunInstances({
    ImageId: await imageOf(cloud),
    InstanceType: "t3.micro",
    MinCount: 2,
    MaxCount: 2,
    SubnetId: cloud.subnets[0],
  });
  const ids = run.Instances!.map(({ InstanceId }) => InstanceId!);
  await cloud.advance("3m");
  const balancer = await cloud.createBalancer();
  const group = await cloud.createGroup({ TargetType: "instance" });
  const { TargetGroupArn } = group;
  await cloud.elb.RegisterTargets({ TargetGroupArn, Targets: ids.map((Id) => ({ Id })) });
  await cloud.listen(balancer.LoadBalancerArn!, { Type: "forward", TargetGroupArn });
  await cloud.advance("1s");
  return { cloud, ids, balancer, TargetGroupArn: TargetGroupArn! };
}

async function imageOf({ ec2 }: BalancedCloud): Promise<string> {
  const { Images } = await ec2.DescribeImages({ Owners: ["amazon"] });
  return Images!.find(({ Architecture }) => Architecture === "x86_64")!.ImageId!;
}

test("instances of a simulated cloud are healthy while they run, and unused when they are stopped", async (context) => {
  const { cloud, ids, TargetGroupArn } = await createFleet(context);
  assert.deepEqual(await cloud.healthOf(TargetGroupArn), [["healthy"], ["healthy"]]);
  await cloud.ec2.StopInstances({ InstanceIds: [ids[0]!] });
  await cloud.advance("2m");
  const states = (await cloud.healthOf(TargetGroupArn)).sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
  assert.deepEqual(states, [["healthy"], ["unused", "Target.InvalidState"]]);
});

test("a terminated instance is deregistered, and drains unseen", async (context) => {
  const { cloud, ids, TargetGroupArn } = await createFleet(context);
  const unused = await cloud.createGroup({ Name: "unused", TargetType: "instance" });
  const gone = [{ Id: ids[0]! }];
  await cloud.elb.RegisterTargets({ TargetGroupArn: unused.TargetGroupArn, Targets: gone });
  await cloud.ec2.TerminateInstances({ InstanceIds: [ids[0]!] });
  await cloud.advance("2m");
  assert.deepEqual(await cloud.healthOf(TargetGroupArn), [["healthy"]]);
  assert.deepEqual(await cloud.healthOf(unused.TargetGroupArn!), []);
  const asked = async () => {
    const found = await cloud.elb.DescribeTargetHealth({ TargetGroupArn, Targets: gone });
    return found.TargetHealthDescriptions![0]!.TargetHealth!.Reason;
  };
  assert.equal(await asked(), "Target.DeregistrationInProgress");
  await cloud.advance("5m");
  assert.equal(await asked(), "Target.NotRegistered");
});

test("load offered to simulated machines shows in the load balancer's metrics", async (context) => {
  const { cloud, ids, TargetGroupArn } = await createFleet(context);
  await cloud.advance("1m");
  const start = Math.ceil(cloud.clock.now() / 60_000) * 60_000;
  for (const id of ids) cloud.simulated.offer(id, 20);
  await cloud.advance("3m");
  const TargetGroup = TargetGroupArn.slice(TargetGroupArn.lastIndexOf(":") + 1);
  const { Datapoints } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
    Namespace: "AWS/ApplicationELB",
    MetricName: "RequestCountPerTarget",
    Dimensions: [{ Name: "TargetGroup", Value: TargetGroup }],
    StartTime: dateOf(start),
    EndTime: dateOf(start + 60_000),
    Period: 60,
    Statistics: ["Sum"],
  });
  assert.equal(Math.round(Datapoints![0]!.Sum! / 10) * 10, 1200);
});

test("metrics come though a target's machine is gone at the end of the minute", async (context) => {
  const { cloud, ids, TargetGroupArn } = await createFleet(context);
  const nextMs = Math.ceil(cloud.clock.now() / 60_000) * 60_000;
  await cloud.clock.advance(nextMs - cloud.clock.now() - 1);
  // The load balancer learns of it with its next health check.
  await cloud.simulated.terminate(ids[0]!);
  await cloud.advance("1m");
  const TargetGroup = TargetGroupArn.slice(TargetGroupArn.lastIndexOf(":") + 1);
  const { Datapoints } = await cloud.clients.cloudwatch(cloud.caller).GetMetricStatistics({
    Namespace: "AWS/ApplicationELB",
    MetricName: "RequestCountPerTarget",
    Dimensions: [{ Name: "TargetGroup", Value: TargetGroup }],
    StartTime: dateOf(nextMs - 60_000),
    EndTime: dateOf(nextMs),
    Period: 60,
    Statistics: ["Sum"],
  });
  assert.equal(Datapoints!.length, 1);
});
