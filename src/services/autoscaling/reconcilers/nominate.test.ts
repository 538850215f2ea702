import assert from "node:assert/strict";
import { test } from "node:test";
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
  const scaleIn = async () => {
    await autoscaling.SetDesiredCapacity({ AutoScalingGroupName, DesiredCapacity: 2 });
    // The function runs in the host's time.
    for (let tries = 0; tries < 40 && (await ids()).length > 2; tries++) {
      await cloud.advance("15s");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  return { ids, scaleIn };
}

test("the function's choice goes, and nothing else", async (t) => {
  const last = `
    export const handler = async ({ Cause, CapacityToTerminate, Instances }) => {
      if (Cause !== "SCALE_IN" || CapacityToTerminate[0].Capacity !== 1) return {};
      const ids = Instances.map(({ InstanceId }) => InstanceId).sort();
      return { InstanceIDs: [ids.at(-1)] };
    };`;
  const { ids, scaleIn } = await groupOfThree(t, last);
  const before = await ids();
  assert.equal(before.length, 3);
  await scaleIn();
  assert.deepEqual(await ids(), before.slice(0, 2));
});

test("while the function fails nothing goes", async (t) => {
  const { ids, scaleIn } = await groupOfThree(
    t,
    'export const handler = async () => { throw new Error("not now"); };',
  );
  await scaleIn();
  assert.equal((await ids()).length, 3);
});
