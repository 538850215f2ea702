import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

type Json = Record<string, unknown>;

/** A cloud whose instances print what the map says of their types. */
function createScene(t: TestContext, consoles: Record<string, string> = {}) {
  const cloud = createTestCloud({
    registry: {
      ec2: async () => {
        const { service } = await import("#services/ec2/index.ts");
        const GetConsoleOutput: typeof service.operations.GetConsoleOutput = async (
          { InstanceId = "" },
          context,
        ) => {
          const { Reservations = [] } = await context.clients
            .ec2(cloud.caller)
            .DescribeInstances({ InstanceIds: [InstanceId] });
          const text = consoles[Reservations[0]!.Instances![0]!.InstanceType!] ?? "";
          return { InstanceId, Output: Buffer.from(text).toString("base64") };
        };
        return { service: { ...service, operations: { ...service.operations, GetConsoleOutput } } };
      },
    },
  });
  t.after(() => cloud.stop());
  const client = cloud.clients.cloudformation(cloud.caller);
  return {
    cloud,
    client,
    create: (Resources: Json) =>
      client.CreateStack({
        StackName: "web",
        TemplateBody: JSON.stringify({ Parameters: { Image: image }, Resources }),
      }),
    async told(id: string, status = "CREATE_IN_PROGRESS") {
      const { StackEvents = [] } = await client.DescribeStackEvents({ StackName: "web" });
      return StackEvents.filter(
        ({ LogicalResourceId, ResourceStatus, ResourceStatusReason }) =>
          LogicalResourceId === id &&
          ResourceStatus === status &&
          ResourceStatusReason !== undefined &&
          ResourceStatusReason !== "Resource creation Initiated",
      )
        .map(({ ResourceStatusReason }) => ResourceStatusReason!)
        .toReversed();
    },
    async physical(LogicalResourceId: string) {
      const { StackResourceDetail } = await client.DescribeStackResource({
        StackName: "web",
        LogicalResourceId,
      });
      return StackResourceDetail!.PhysicalResourceId!;
    },
  };
}

const image = {
  Type: "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
  Default: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
};
const instance = (InstanceType: string, more: Json = {}) => ({
  Type: "AWS::EC2::Instance",
  ...more,
  Properties: { ImageId: { Ref: "Image" }, InstanceType },
});
const signal = { CreationPolicy: { ResourceSignal: { Timeout: "PT15M" } } };
const group = (more: Json) => ({
  Type: "AWS::AutoScaling::AutoScalingGroup",
  ...signal,
  Properties: { MinSize: "2", MaxSize: "2", AvailabilityZones: ["us-east-1a"], ...more },
});
const configuration = (InstanceType: string, SecurityGroups?: string[]) => ({
  Type: "AWS::AutoScaling::LaunchConfiguration",
  Properties: {
    ImageId: { Ref: "Image" },
    InstanceType,
    ...(SecurityGroups && { SecurityGroups }),
  },
});
const failed =
  "Error: Unable to find a match: nosuchthing\n2026 - util.py[WARNING]: Failed to run module scripts_user (part-001 exited with 1)\n";
const sentence = (id: string) =>
  `User data of ${id} failed and may never signal; part-001 exited with 1: Error: Unable to find a match: nosuchthing`;

test("who waits for a signal learns that user data failed, once, and what it printed last", async (t) => {
  const scene = createScene(t, { "t3.nano": failed, "t3.micro": "all is well\n" });
  await scene.create({ Ill: instance("t3.nano", signal), Well: instance("t3.micro", signal) });
  await scene.cloud.advance("5m");
  assert.deepEqual(await scene.told("Ill"), [sentence(await scene.physical("Ill"))]);
  assert.deepEqual(await scene.told("Well"), []);
});

test("a wait condition looks at every instance of its stack", async (t) => {
  const scene = createScene(t, { "t3.nano": failed });
  await scene.create({
    Ill: instance("t3.nano"),
    Well: instance("t3.micro"),
    Handle: { Type: "AWS::CloudFormation::WaitConditionHandle" },
    Wait: {
      Type: "AWS::CloudFormation::WaitCondition",
      Properties: { Handle: { Ref: "Handle" }, Timeout: "900" },
    },
  });
  await scene.cloud.advance("5m");
  assert.deepEqual(await scene.told("Wait"), [sentence(await scene.physical("Ill"))]);
});

test("a group whose launches fail says why, each reason once", async (t) => {
  const scene = createScene(t, { "t3.nano": failed });
  await scene.create({
    Lost: configuration("t3.micro", ["sg-0123456789abcdef0"]),
    None: group({ LaunchConfigurationName: { Ref: "Lost" } }),
    Broken: configuration("t3.nano"),
    Ill: group({ LaunchConfigurationName: { Ref: "Broken" } }),
  });
  await scene.cloud.advance("5m");
  assert.deepEqual(await scene.told("None"), [
    "Failed Scaling Activity: The security group 'sg-0123456789abcdef0' does not exist. Launching EC2 instance failed.",
  ]);
  const { AutoScalingGroups } = await scene.cloud.clients
    .autoscaling(scene.cloud.caller)
    .DescribeAutoScalingGroups({ AutoScalingGroupNames: [await scene.physical("Ill")] });
  const ids = AutoScalingGroups![0]!.Instances!.map(({ InstanceId }) => InstanceId!);
  assert.equal(ids.length, 2);
  assert.deepEqual(new Set(await scene.told("Ill")), new Set(ids.map(sentence)));
});

test("a rolling update that waits for signals says what became of the new instances", async (t) => {
  const scene = createScene(t, { "t3.nano": failed });
  const fleet = (type: string) => ({
    Configuration: configuration(type),
    Group: {
      ...group({ LaunchConfigurationName: { Ref: "Configuration" } }),
      CreationPolicy: {},
      UpdatePolicy: {
        AutoScalingRollingUpdate: { WaitOnResourceSignals: true, PauseTime: "PT10M" },
      },
    },
  });
  await scene.create(fleet("t3.micro"));
  await scene.cloud.advance("2m");
  await scene.client.UpdateStack({
    StackName: "web",
    TemplateBody: JSON.stringify({ Parameters: { Image: image }, Resources: fleet("t3.nano") }),
  });
  await scene.cloud.advance("5m");
  const { AutoScalingGroups } = await scene.cloud.clients
    .autoscaling(scene.cloud.caller)
    .DescribeAutoScalingGroups({});
  const { Instances } = AutoScalingGroups![0]!;
  const fresh = Instances!.find(({ InstanceType }) => InstanceType === "t3.nano");
  const told = await scene.told("Group", "UPDATE_IN_PROGRESS");
  assert.deepEqual(
    told.filter((text) => text.startsWith("User data")),
    [sentence(fresh!.InstanceId!)],
  );
});
