import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { eventually } from "#runtime/testing/eventually.ts";
import { createStage } from "#services/lambda/testing/stage.ts";

const image = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";
const AutoScalingGroupName = "web";

async function groupOfThree(t: { after: (done: () => unknown) => void }, source: string) {
  const stage = await createStage();
  const { cloud } = stage;
  t.after(() => cloud.stop());
  await stage.create("choose", source);
  const autoscaling = cloud.clients.autoscaling(cloud.caller);
  await autoscaling.CreateLaunchConfiguration({
    LaunchConfigurationName: "web",
    ImageId: image,
    InstanceType: "t3.nano",
  });
  await autoscaling.CreateAutoScalingGroup({
    AutoScalingGroupName,
    LaunchConfigurationName: "web",
    MinSize: 1,
    MaxSize: 3,
    DesiredCapacity: 3,
    AvailabilityZones: ["us-east-1a"],
    TerminationPolicies: [
      "arn:aws:lambda:us-east-1:123456789012:function:choose",
      "OldestInstance",
    ],
  });
  await cloud.advance("3m");
  const ids = async () => {
    const { AutoScalingGroups } = await autoscaling.DescribeAutoScalingGroups({});
    return AutoScalingGroups![0]!.Instances!.map(({ InstanceId }) => InstanceId!).sort();
  };
  /** Lets time pass until it holds, in steps in which the function can answer in the host's. */
  const pass = (duration: string, what: string, holds: () => Promise<boolean>) =>
    eventually(what, holds, async () => {
      await cloud.advance(duration);
      await pause(50);
    });
  /** What the function was asked for, each time. */
  const asked = async () => {
    const { events = [] } = await cloud.clients
      .logs(cloud.caller)
      .FilterLogEvents({ logGroupName: "/aws/lambda/choose", filterPattern: "asked" })
      .catch(() => ({ events: [] }));
    return events.map(({ message }) => /asked (\w+)/.exec(message!)![1]!);
  };
  const causes = async () => [...new Set(await asked())];
  const scaleIn = () =>
    autoscaling.SetDesiredCapacity({ AutoScalingGroupName, DesiredCapacity: 2 });
  return { asked, autoscaling, causes, cloud, ids, pass, scaleIn };
}

test("the function's choice goes, and nothing else", async (t) => {
  const last = `
    export const handler = async ({ Cause, CapacityToTerminate, Instances }) => {
      if (Cause !== "SCALE_IN" || CapacityToTerminate[0].Capacity !== 1) return {};
      const ids = Instances.map(({ InstanceId }) => InstanceId).sort();
      return { InstanceIDs: [ids.at(-1)] };
    };`;
  const { ids, pass, scaleIn } = await groupOfThree(t, last);
  const before = await ids();
  assert.equal(before.length, 3);
  await scaleIn();
  await pass("15s", "one goes", async () => (await ids()).length < 3);
  assert.deepEqual(await ids(), before.slice(0, 2));
});

test("while the function fails nothing goes", async (t) => {
  const { asked, ids, pass, scaleIn } = await groupOfThree(
    t,
    `export const handler = async ({ Cause }) => {
      console.log("asked " + Cause);
      throw new Error("not now");
    };`,
  );
  await scaleIn();
  await pass("15s", "it is asked again and again", async () => {
    assert.equal((await ids()).length, 3);
    return (await asked()).length >= 3;
  });
});

const willing = `
  export const handler = async ({ Cause, Instances }) => {
    console.log("asked " + Cause);
    return { InstanceIDs: Instances.map(({ InstanceId }) => InstanceId) };
  };`;

test("a refresh asks before it replaces", async (t) => {
  const { autoscaling, causes, ids, pass } = await groupOfThree(t, willing);
  const before = await ids();
  await autoscaling.StartInstanceRefresh({
    AutoScalingGroupName,
    Preferences: { InstanceWarmup: 0, MinHealthyPercentage: 50 },
  });
  const isOver = async () => {
    const found = await autoscaling.DescribeInstanceRefreshes({ AutoScalingGroupName });
    return found.InstanceRefreshes![0]!.Status === "Successful";
  };
  await pass("15s", "the refresh ends", isOver);
  assert.deepEqual(await causes(), ["INSTANCE_REFRESH"]);
  assert.ok((await ids()).every((id) => !before.includes(id)));
});

test("what is too old goes when the function lets it", async (t) => {
  const { autoscaling, causes, cloud, ids, pass } = await groupOfThree(t, willing);
  const before = await ids();
  await autoscaling.UpdateAutoScalingGroup({ AutoScalingGroupName, MaxInstanceLifetime: 86_400 });
  await cloud.advance("1d");
  const areNew = async () => {
    const now = await ids();
    return now.length === 3 && now.every((id) => !before.includes(id));
  };
  await pass("1m", "all are new", areNew);
  assert.deepEqual(await causes(), ["MAX_INSTANCE_LIFETIME"]);
});

test("zones are evened when the function has something to give", async (t) => {
  const { autoscaling, causes, pass } = await groupOfThree(t, willing);
  await autoscaling.UpdateAutoScalingGroup({
    AutoScalingGroupName,
    AvailabilityZones: ["us-east-1a", "us-east-1b", "us-east-1c"],
  });
  const zones = async () => {
    const { AutoScalingGroups } = await autoscaling.DescribeAutoScalingGroups({});
    return AutoScalingGroups![0]!.Instances!.map(({ AvailabilityZone }) => AvailabilityZone);
  };
  const areEven = async () => {
    const found = await zones();
    return found.length === 3 && new Set(found).size === 3;
  };
  await pass("30s", "zones are even", areEven);
  assert.deepEqual(new Set(await causes()), new Set(["REBALANCE", "SCALE_IN"]));
});
