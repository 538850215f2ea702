import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryStore } from "#store/memory.ts";
import { createScalingCloud } from "./testing/scaling-cloud.ts";

test("a group comes to its desired capacity, balanced over its zones, and says so", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({
    DesiredCapacity: 4,
    Tags: [{ Key: "Role", Value: "web", PropagateAtLaunch: true }],
  });
  await cloud.advance("2m");
  const group = await cloud.group();
  assert.deepEqual(group.states, ["InService", "InService", "InService", "InService"]);
  assert.deepEqual(group.zones, ["us-east-1a", "us-east-1a", "us-east-1b", "us-east-1b"]);
  const activities = await cloud.activities();
  assert.equal(activities.length, 4);
  assert.match(activities[0]!.text, /^Successful Launching a new EC2 instance: i-/);
  assert.equal(
    activities[0]!.cause,
    "At 2026-01-05T12:00:00Z a user request created an AutoScalingGroup changing the desired capacity from 0 to 4.  At 2026-01-05T12:00:00Z an instance was started in response to a difference between desired and actual capacity, increasing the capacity from 0 to 4.",
  );
  const { Reservations } = await cloud.clients.ec2(cloud.caller).DescribeInstances({});
  const tags = Reservations![0]!.Instances![0]!.Tags!;
  assert.ok(tags.some(({ Key, Value }) => Key === "aws:autoscaling:groupName" && Value === "web"));
  assert.ok(tags.some(({ Key, Value }) => Key === "Role" && Value === "web"));
});

test("a dead instance is replaced", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 2 });
  await cloud.advance("2m");
  const [victim] = (await cloud.group()).ids as [string];
  await cloud.clients.ec2(cloud.caller).TerminateInstances({ InstanceIds: [victim] });
  await cloud.advance("3m");
  const group = await cloud.group();
  assert.deepEqual(group.states, ["InService", "InService"]);
  assert.ok(!group.ids.includes(victim));
  const activities = await cloud.activities();
  const told = activities
    .slice(0, 2)
    .map(({ cause }) => cause.slice("At 2026-01-05T12:00:00Z ".length));
  assert.deepEqual(told.sort(), [
    "an instance was launched in response to an unhealthy instance needing to be replaced.",
    "an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.",
  ]);
});

test("scale-in terminates and explains which instance went", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 3 });
  await cloud.advance("2m");
  await cloud.autoscaling.SetDesiredCapacity({ AutoScalingGroupName: "web", DesiredCapacity: 2 });
  await cloud.advance("1m");
  assert.deepEqual((await cloud.group()).states, ["InService", "InService"]);
  const [latest] = await cloud.activities();
  assert.match(latest!.text, /^Successful Terminating EC2 instance: i-/);
  assert.match(
    latest!.cause,
    /^At 2026-01-05T12:02:00Z a user request explicitly set group desired capacity changing the desired capacity from 3 to 2\.  At 2026-01-05T12:02:00Z an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from 3 to 2\.  At 2026-01-05T12:02:00Z instance i-[0-9a-f]+ was selected for termination\.$/,
  );
  await assert.rejects(
    cloud.autoscaling.SetDesiredCapacity({ AutoScalingGroupName: "web", DesiredCapacity: 11 }),
    {
      code: "ValidationError",
      message: "New SetDesiredCapacity value 11 is above max value 10 for the AutoScalingGroup.",
    },
  );
});

test("a process that dies between asking and hearing launches nothing twice", async () => {
  const store = createMemoryStore();
  const first = createScalingCloud({ store });
  await first.createGroup({ DesiredCapacity: 3 });
  // The first process is abandoned while instances are pending; another takes over its store.
  await first.advance("1s");
  const second = createScalingCloud({ store, seed: 7 });
  await second.clock.advance(first.clock.now() - second.clock.now());
  await second.host.start();
  await second.advance("5m");
  assert.equal((await second.group()).states.length, 3);
  const { Reservations = [] } = await second.clients.ec2(second.caller).DescribeInstances({});
  assert.equal(Reservations.flatMap(({ Instances }) => Instances).length, 3);
});

test("an answer of EC2 that is lost does not launch a second time", async (t) => {
  let answers = 0;
  const registry = {
    ec2: async () => {
      const { service } = await import("#services/ec2/index.ts");
      const runInstances = service.operations.RunInstances!;
      const RunInstances: typeof runInstances = async (input, context) => {
        const answer = await runInstances(input, context);
        if (answers++ === 0) throw new Error("the answer was lost");
        return answer;
      };
      return { service: { ...service, operations: { ...service.operations, RunInstances } } };
    },
  };
  const cloud = createScalingCloud({ registry });
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 3 });
  await cloud.advance("3m");
  assert.deepEqual((await cloud.group()).states, ["InService", "InService", "InService"]);
  const { Reservations = [] } = await cloud.clients.ec2(cloud.caller).DescribeInstances({});
  assert.equal(Reservations.flatMap(({ Instances }) => Instances).length, 3);
});

test("a launch that fails is told, and tried again after a pause", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 1 });
  await cloud.advance("2m");
  const ec2 = cloud.clients.ec2(cloud.caller);
  await ec2.CreateLaunchTemplateVersion({
    LaunchTemplateName: "web",
    LaunchTemplateData: { ImageId: "ami-0123456789abcdef0", InstanceType: "t3.micro" },
  });
  await cloud.autoscaling.SetDesiredCapacity({ AutoScalingGroupName: "web", DesiredCapacity: 2 });
  await cloud.advance("10s");
  const [failed] = await cloud.activities();
  assert.match(
    failed!.text,
    /^Failed Launching a new EC2 instance\.  Status Reason: .*ami-0123456789abcdef0.* Launching EC2 instance failed\.$/,
  );
  const count = (await cloud.activities()).length;
  await cloud.advance("60s");
  assert.equal((await cloud.activities()).length, count + 1);
});

test("an instance waits for its lifecycle hook until it is completed or times out", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ MinSize: 0, DesiredCapacity: 0 });
  await cloud.autoscaling.PutLifecycleHook({
    AutoScalingGroupName: "web",
    LifecycleHookName: "boot",
    LifecycleTransition: "autoscaling:EC2_INSTANCE_LAUNCHING",
    HeartbeatTimeout: 300,
  });
  await cloud.autoscaling.SetDesiredCapacity({ AutoScalingGroupName: "web", DesiredCapacity: 1 });
  await cloud.advance("4m");
  const waiting = await cloud.group();
  assert.deepEqual(waiting.states, ["Pending:Wait"]);
  await cloud.autoscaling.RecordLifecycleActionHeartbeat({
    AutoScalingGroupName: "web",
    LifecycleHookName: "boot",
    InstanceId: waiting.ids[0]!,
  });
  await cloud.advance("4m");
  assert.deepEqual((await cloud.group()).states, ["Pending:Wait"]);
  await cloud.autoscaling.CompleteLifecycleAction({
    AutoScalingGroupName: "web",
    LifecycleHookName: "boot",
    InstanceId: waiting.ids[0]!,
    LifecycleActionResult: "CONTINUE",
  });
  await cloud.advance("1s");
  assert.deepEqual((await cloud.group()).states, ["InService"]);
  // A second instance is abandoned when nobody completes its action.
  await cloud.autoscaling.SetDesiredCapacity({ AutoScalingGroupName: "web", DesiredCapacity: 2 });
  await cloud.advance("7m");
  const { Activities = [] } = await cloud.autoscaling.DescribeScalingActivities({});
  assert.ok(Activities.some(({ StatusMessage }) => StatusMessage?.includes("ABANDON")));
});

test("standby takes an instance aside and back", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 2 });
  await cloud.advance("2m");
  const [id] = (await cloud.group()).ids as [string];
  const { Activities } = await cloud.autoscaling.EnterStandby({
    AutoScalingGroupName: "web",
    InstanceIds: [id],
    ShouldDecrementDesiredCapacity: true,
  });
  assert.match(
    Activities![0]!.Cause!,
    /was moved to standby in response to a user request, shrinking the capacity from 2 to 1\.$/,
  );
  await cloud.advance("5s");
  assert.deepEqual((await cloud.group()).states, ["InService", "Standby"]);
  await cloud.autoscaling.ExitStandby({ AutoScalingGroupName: "web", InstanceIds: [id] });
  await cloud.advance("5s");
  assert.deepEqual((await cloud.group()).states, ["InService", "InService"]);
});

test("an instance that leaves in Standby takes the desired capacity down with it when asked to", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 3 });
  await cloud.advance("2m");
  const [detached, terminated] = (await cloud.group()).ids as [string, string];
  const web = { AutoScalingGroupName: "web", ShouldDecrementDesiredCapacity: false };
  await cloud.autoscaling.EnterStandby({ ...web, InstanceIds: [detached, terminated] });
  await cloud.advance("2m");
  assert.equal((await cloud.group()).states.filter((state) => state === "InService").length, 3);
  const shrinking = { ShouldDecrementDesiredCapacity: true };
  await cloud.autoscaling.DetachInstances({ ...web, ...shrinking, InstanceIds: [detached] });
  assert.equal((await cloud.group()).desired, 2);
  await cloud.autoscaling.TerminateInstanceInAutoScalingGroup({
    ...shrinking,
    InstanceId: terminated,
  });
  await cloud.advance("2m");
  const group = await cloud.group();
  assert.equal(group.desired, 1);
  assert.deepEqual(group.states, ["InService"]);
});

test("a tag that does not say so is not propagated to instances", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 1, Tags: [{ Key: "Role", Value: "web" }] });
  await cloud.advance("1m");
  const { Tags } = await cloud.autoscaling.DescribeTags({});
  assert.deepEqual(Tags, [
    {
      ResourceId: "web",
      ResourceType: "auto-scaling-group",
      Key: "Role",
      Value: "web",
      PropagateAtLaunch: false,
    },
  ]);
  const propagated = (value: string) =>
    cloud.autoscaling.DescribeTags({ Filters: [{ Name: "propagate-at-launch", Values: [value] }] });
  assert.deepEqual((await propagated("False")).Tags, Tags);
  assert.deepEqual((await propagated("true")).Tags, []);
  const { Reservations } = await cloud.clients.ec2(cloud.caller).DescribeInstances({});
  const tags = Reservations![0]!.Instances![0]!.Tags!;
  assert.ok(!tags.some(({ Key }) => Key === "Role"));
});

test("a detached instance lives on outside the group, and can come back", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 2 });
  await cloud.advance("2m");
  const [id] = (await cloud.group()).ids as [string];
  await cloud.autoscaling.DetachInstances({
    AutoScalingGroupName: "web",
    InstanceIds: [id],
    ShouldDecrementDesiredCapacity: true,
  });
  await cloud.advance("5s");
  assert.equal((await cloud.group()).ids.includes(id), false);
  await cloud.autoscaling.AttachInstances({ AutoScalingGroupName: "web", InstanceIds: [id] });
  await cloud.advance("5s");
  const group = await cloud.group();
  assert.deepEqual([group.desired, group.states], [2, ["InService", "InService"]]);
});

test("deleting needs an empty group or force, and takes the instances along", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ DesiredCapacity: 2 });
  await cloud.advance("2m");
  await assert.rejects(cloud.autoscaling.DeleteAutoScalingGroup({ AutoScalingGroupName: "web" }), {
    code: "ResourceInUseFault",
  });
  await cloud.autoscaling.DeleteAutoScalingGroup({
    AutoScalingGroupName: "web",
    ForceDelete: true,
  });
  await cloud.advance("1m");
  const { AutoScalingGroups } = await cloud.autoscaling.DescribeAutoScalingGroups({});
  assert.deepEqual(AutoScalingGroups, []);
});

test("two hundred instances arrive in two requests", async (t) => {
  const cloud = createScalingCloud();
  t.after(() => cloud.stop());
  await cloud.createGroup({ MinSize: 0, MaxSize: 200, DesiredCapacity: 200 });
  await cloud.advance("2m");
  const group = await cloud.group();
  assert.equal(group.states.filter((state) => state === "InService").length, 200);
  const { Reservations = [] } = await cloud.clients.ec2(cloud.caller).DescribeInstances({});
  assert.equal(Reservations.length, 2);
});
