import assert from "node:assert/strict";
import { test } from "node:test";
import { createTestCloud, type TestCloud } from "#cloud/testing/test-cloud.ts";

const image = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64";

/** A cloud with one running instance, whose machine answers commands with the script it was given. */
async function withInstance(
  run: (cloud: TestCloud, instanceId: string, executed: string[]) => Promise<void>,
) {
  const cloud = createTestCloud();
  const executed: string[] = [];
  cloud.simulated.execute = async (_id, command) => {
    const script = command.at(-1)!;
    executed.push(script);
    const exitCode = script.includes("exit 3") ? 3 : 0;
    return { exitCode, stdout: `ran ${script}\n`, stderr: exitCode ? "failed\n" : "" };
  };
  const ssm = cloud.clients.ssm(cloud.caller);
  const { Parameter: parameter } = await ssm.GetParameter({ Name: image });
  const { Instances: instances } = await cloud.clients.ec2(cloud.caller).RunInstances({
    ImageId: parameter!.Value,
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
    TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "tier", Value: "web" }] }],
  });
  await cloud.advance("3m");
  await run(cloud, instances![0]!.InstanceId!, executed);
  await cloud.stop();
}

const shell = (...commands: string[]) => ({
  DocumentName: "AWS-RunShellScript",
  Parameters: { commands },
});

test("a command runs on its instance and its output is kept", () =>
  withInstance(async (cloud, InstanceId, executed) => {
    const ssm = cloud.clients.ssm(cloud.caller);
    const { Command: command } = await ssm.SendCommand({
      DocumentName: "AWS-RunShellScript",
      Parameters: { commands: ["echo one", "echo two"], workingDirectory: ["/srv"] },
      InstanceIds: [InstanceId],
    });
    assert.equal(command!.Status, "Pending");
    await cloud.advance("1s");
    assert.deepEqual(executed, ["cd '/srv' || exit 1\necho one\necho two"]);
    const CommandId = command!.CommandId!;
    const result = await ssm.GetCommandInvocation({ CommandId, InstanceId });
    assert.deepEqual([result.Status, result.ResponseCode], ["Success", 0]);
    assert.equal(result.StandardOutputContent, `ran ${executed[0]}\n`);
    const { Commands: listed } = await ssm.ListCommands({ CommandId });
    assert.deepEqual([listed![0]!.Status, listed![0]!.CompletedCount], ["Success", 1]);
    const { CommandInvocations: runs } = await ssm.ListCommandInvocations({
      CommandId,
      Details: true,
    });
    assert.equal(runs![0]!.CommandPlugins![0]!.Name, "aws:runShellScript");
  }));

test("a command that fails says how", () =>
  withInstance(async (cloud, InstanceId) => {
    const ssm = cloud.clients.ssm(cloud.caller);
    const Targets = [{ Key: "tag:tier", Values: ["web"] }];
    const { Command: command } = await ssm.SendCommand({ ...shell("exit 3"), Targets });
    await cloud.advance("1s");
    const CommandId = command!.CommandId!;
    const result = await ssm.GetCommandInvocation({ CommandId, InstanceId });
    assert.deepEqual(
      [result.Status, result.ResponseCode, result.StandardErrorContent],
      ["Failed", 3, "failed\n"],
    );
    const { Commands: listed } = await ssm.ListCommands({ CommandId });
    assert.deepEqual([listed![0]!.Status, listed![0]!.ErrorCount], ["Failed", 1]);
  }));

test("a command waits for its instance until its time is over", () =>
  withInstance(async (cloud, InstanceId) => {
    const ssm = cloud.clients.ssm(cloud.caller);
    await cloud.simulated.stop(InstanceId, { force: true });
    const { Command: command } = await ssm.SendCommand({
      ...shell("true"),
      InstanceIds: [InstanceId],
      TimeoutSeconds: 60,
    });
    await cloud.advance("61s");
    const CommandId = command!.CommandId!;
    const result = await ssm.GetCommandInvocation({ CommandId, InstanceId });
    assert.deepEqual([result.Status, result.StatusDetails], ["TimedOut", "DeliveryTimedOut"]);
  }));

test("unknown documents, parameters and instances are refused", () =>
  withInstance(async (cloud, InstanceId) => {
    const ssm = cloud.clients.ssm(cloud.caller);
    const InstanceIds = [InstanceId];
    await assert.rejects(
      ssm.SendCommand({ ...shell("true"), DocumentName: "AWS-RunPatchBaseline", InstanceIds }),
      { code: "InvalidDocument" },
    );
    await assert.rejects(
      ssm.SendCommand({ ...shell("true"), InstanceIds: ["i-0123456789abcdef0"] }),
      {
        code: "InvalidInstanceId",
        message: "Instances [[i-0123456789abcdef0]] not in a valid state for account 123456789012",
      },
    );
    await assert.rejects(
      ssm.SendCommand({ ...shell("true"), InstanceIds, OutputS3BucketName: "logs" }),
      { message: "Fogbank does not support OutputS3BucketName in SendCommand." },
    );
    const { InstanceInformationList: managed } = await ssm.DescribeInstanceInformation({});
    assert.deepEqual(
      managed!.map((one) => [one.InstanceId, one.PingStatus]),
      [[InstanceId, "Online"]],
    );
  }));
