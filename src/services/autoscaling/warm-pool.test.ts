import assert from "node:assert/strict";
import { test } from "node:test";
import { warmTarget } from "./planning/warm.ts";
import { createScalingCloud, type ScalingCloud } from "./testing/scaling-cloud.ts";

const name = { AutoScalingGroupName: "web" };

async function poolStates(cloud: ScalingCloud): Promise<string[]> {
  const { Instances = [] } = await cloud.autoscaling.DescribeWarmPool(name);
  return Instances.map(({ LifecycleState }) => LifecycleState!).sort();
}

async function machineState(cloud: ScalingCloud, id: string): Promise<string> {
  const { Reservations } = await cloud.clients.ec2(cloud.caller).DescribeInstances({
    InstanceIds: [id],
  });
  return Reservations![0]!.Instances![0]!.State!.Name!;
}

// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-warm-pools.html and its CLI examples
test("the user guide's warm pool sizes", () => {
  const pool = { minSize: 0, preparedCapacity: undefined, reuse: false, deleting: false };
  const group = { desired: 6, maxSize: 10 };
  assert.equal(warmTarget(pool, group), 4);
  assert.equal(warmTarget({ ...pool, preparedCapacity: 8 }, group), 2);
  const large = { desired: 800, maxSize: 1500 };
  assert.equal(warmTarget({ ...pool, preparedCapacity: 900 }, large), 100);
  assert.equal(warmTarget({ ...pool, preparedCapacity: 900, minSize: 25 }, large), 100);
  const full = { desired: 900, maxSize: 1500 };
  assert.equal(warmTarget({ ...pool, preparedCapacity: 900, minSize: 25 }, full), 25);
  assert.equal(warmTarget({ ...pool, preparedCapacity: 10, minSize: 10 }, large), 10);
  assert.equal(warmTarget({ ...pool, preparedCapacity: 5 }, group), 0);
});

test("a warm pool fills with stopped instances, and scale-out starts one of them", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 1, MaxSize: 4 });
  await cloud.autoscaling.PutWarmPool(name);
  await cloud.advance("3m");
  assert.deepEqual(await poolStates(cloud), ["Warmed:Stopped", "Warmed:Stopped", "Warmed:Stopped"]);
  assert.deepEqual((await cloud.group()).states, ["InService"]);
  const { Instances } = await cloud.autoscaling.DescribeWarmPool(name);
  const pool = Instances!.map(({ InstanceId }) => InstanceId!);
  assert.equal(await machineState(cloud, pool[0]!), "stopped");
  await cloud.autoscaling.SetDesiredCapacity({ ...name, DesiredCapacity: 2 });
  await cloud.advance("2m");
  const group = await cloud.group();
  assert.deepEqual(group.states, ["InService", "InService"]);
  const started = group.ids.find((id) => pool.includes(id))!;
  assert.equal(await machineState(cloud, started), "running");
  assert.deepEqual(await poolStates(cloud), ["Warmed:Stopped", "Warmed:Stopped"]);
  const [latest] = await cloud.activities();
  assert.equal(latest!.text, `Successful Launching a new EC2 instance from warm pool: ${started}`);
  const { AutoScalingGroups } = await cloud.autoscaling.DescribeAutoScalingGroups({});
  assert.equal(AutoScalingGroups![0]!.WarmPoolSize, 2);
  assert.deepEqual(AutoScalingGroups![0]!.WarmPoolConfiguration, {
    MinSize: 0,
    PoolState: "Stopped",
  });
});

test("scale-in returns an instance to the pool when that is wanted", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 3, MaxSize: 3 });
  await cloud.autoscaling.PutWarmPool({
    ...name,
    PoolState: "Running",
    InstanceReusePolicy: { ReuseOnScaleIn: true },
  });
  await cloud.advance("2m");
  const before = (await cloud.group()).ids;
  assert.deepEqual(await poolStates(cloud), []);
  await cloud.autoscaling.SetDesiredCapacity({ ...name, DesiredCapacity: 2 });
  await cloud.advance("2m");
  const { Instances } = await cloud.autoscaling.DescribeWarmPool(name);
  assert.equal(Instances!.length, 1);
  assert.equal(Instances![0]!.LifecycleState, "Warmed:Running");
  assert.ok(before.includes(Instances![0]!.InstanceId!));
  assert.equal((await cloud.group()).ids.length, 2);
});

test("lifecycle hooks hold instances on the way into the pool and out of it, and say where they go", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  const sqs = cloud.clients.sqs(cloud.caller);
  const { QueueUrl } = await sqs.CreateQueue({ QueueName: "hooks" });
  await cloud.createGroup({ MinSize: 0, DesiredCapacity: 0, MaxSize: 1 });
  await cloud.autoscaling.PutLifecycleHook({
    ...name,
    LifecycleHookName: "boot",
    LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
    NotificationTargetARN: "arn:aws:sqs:us-east-1:123456789012:hooks",
    RoleARN: "arn:aws:iam::123456789012:role/hooks",
  });
  const journey = async () => {
    const { Messages = [] } = await sqs.ReceiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
    for (const { ReceiptHandle } of Messages) await sqs.DeleteMessage({ QueueUrl, ReceiptHandle });
    const bodies = Messages.map(({ Body }) => JSON.parse(Body!) as Record<string, string>);
    return bodies.filter((body) => body["Origin"] !== undefined);
  };
  await cloud.autoscaling.PutWarmPool(name);
  await cloud.advance("1m");
  assert.deepEqual(await poolStates(cloud), ["Warmed:Pending:Wait"]);
  const [into] = await journey();
  assert.deepEqual([into!["Origin"], into!["Destination"]], ["EC2", "WarmPool"]);
  const complete = (InstanceId: string) =>
    cloud.autoscaling.CompleteLifecycleAction({
      ...name,
      LifecycleHookName: "boot",
      InstanceId,
      LifecycleActionResult: "CONTINUE",
    });
  await complete(into!["EC2InstanceId"]!);
  await cloud.advance("1m");
  assert.deepEqual(await poolStates(cloud), ["Warmed:Stopped"]);
  await cloud.autoscaling.SetDesiredCapacity({ ...name, DesiredCapacity: 1 });
  await cloud.advance("1m");
  assert.deepEqual((await cloud.group()).states, ["Pending:Wait"]);
  const [out] = await journey();
  assert.deepEqual([out!["Origin"], out!["Destination"]], ["WarmPool", "AutoScalingGroup"]);
  await complete(out!["EC2InstanceId"]!);
  await cloud.advance("1m");
  assert.deepEqual((await cloud.group()).states, ["InService"]);
});

test("a warm pool goes with its instances when that is forced, and not otherwise", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 1, MaxSize: 2 });
  await assert.rejects(cloud.autoscaling.PutWarmPool({ ...name, PoolState: "Hibernated" }), {
    code: "ValidationError",
    message: "Fogbank does not support the parameter PoolState Hibernated.",
  });
  await cloud.autoscaling.PutWarmPool(name);
  await cloud.advance("2m");
  await assert.rejects(cloud.autoscaling.DeleteWarmPool(name), { code: "ResourceInUseFault" });
  // One that dies in the pool is replaced there.
  const { Instances } = await cloud.autoscaling.DescribeWarmPool(name);
  const [victim] = Instances!;
  await cloud.clients.ec2(cloud.caller).TerminateInstances({ InstanceIds: [victim!.InstanceId!] });
  await cloud.advance("3m");
  assert.deepEqual(await poolStates(cloud), ["Warmed:Stopped"]);
  await cloud.autoscaling.DeleteWarmPool({ ...name, ForceDelete: true });
  const { WarmPoolConfiguration } = await cloud.autoscaling.DescribeWarmPool(name);
  assert.equal(WarmPoolConfiguration!.Status, "PendingDelete");
  await cloud.advance("2m");
  assert.equal((await cloud.autoscaling.DescribeWarmPool(name)).WarmPoolConfiguration, undefined);
  assert.deepEqual((await cloud.group()).states, ["InService"]);
});

test("the warm pool of a mixed group holds what its policy launches on demand, in capacity units", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  const policy = (percentage: number) => ({
    LaunchTemplate: {
      LaunchTemplateSpecification: { LaunchTemplateName: "web", Version: "$Default" },
      Overrides: [
        { InstanceType: "m5.large", WeightedCapacity: "2" },
        { InstanceType: "c5.large", WeightedCapacity: "2" },
      ],
    },
    InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: percentage },
  });
  await cloud.createGroup({
    LaunchTemplate: undefined,
    MixedInstancesPolicy: policy(100),
    MinSize: 2,
    MaxSize: 8,
  });
  await cloud.autoscaling.PutWarmPool({ ...name, MaxGroupPreparedCapacity: 6 });
  await cloud.advance("3m");
  assert.deepEqual(await poolStates(cloud), ["Warmed:Stopped", "Warmed:Stopped"]);
  const { Instances } = await cloud.autoscaling.DescribeWarmPool(name);
  assert.deepEqual(
    Instances!.map(({ InstanceType }) => InstanceType),
    ["m5.large", "m5.large"],
  );
  await cloud.autoscaling.SetDesiredCapacity({ ...name, DesiredCapacity: 4 });
  await cloud.advance("2m");
  const { ids } = await cloud.group();
  assert.equal(ids.length, 2);
  assert.ok(ids.some((id) => Instances!.some(({ InstanceId }) => InstanceId === id)));
  assert.deepEqual(await poolStates(cloud), ["Warmed:Stopped"]);
  const spot = {
    code: "ValidationError",
    message: "You can't have a warm pool on an Auto Scaling group that launches Spot Instances.",
  };
  await assert.rejects(
    cloud.autoscaling.UpdateAutoScalingGroup({ ...name, MixedInstancesPolicy: policy(50) }),
    spot,
  );
  await cloud.autoscaling.DeleteWarmPool({ ...name, ForceDelete: true });
  await cloud.advance("1m");
  await cloud.autoscaling.UpdateAutoScalingGroup({ ...name, MixedInstancesPolicy: policy(50) });
  await assert.rejects(cloud.autoscaling.PutWarmPool(name), spot);
});
