import assert from "node:assert/strict";
import { test } from "node:test";
import { CommandEndedEarly } from "#compute/driver.ts";
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
    assert.deepEqual(executed, ["echo one\necho two"]);
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
      ["Failed", 3, "failed\nfailed to run commands: exit status 3"],
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
    const Targets = [{ Key: "resource-groups:Name", Values: ["web"] }];
    await assert.rejects(ssm.SendCommand({ ...shell("true"), Targets }), {
      message:
        "Fogbank has no resource groups: it does not support the target resource-groups:Name. Use InstanceIds or tag:KEY.",
    });
    const { InstanceInformationList: managed } = await ssm.DescribeInstanceInformation({});
    assert.deepEqual(
      managed!.map((one) => [one.InstanceId, one.PingStatus]),
      [[InstanceId, "Online"]],
    );
  }));

const steps = `schemaVersion: "2.2"
parameters:
  who: { type: String, allowedPattern: "^[a-z]+$" }
  lines: { type: StringList, default: ["one", "two"] }
mainSteps:
  - action: aws:runPowerShellScript
    name: windows
    precondition: { StringEquals: [platformType, Windows] }
    inputs: { runCommand: ["dir"] }
  - action: aws:runShellScript
    name: greet
    precondition: { StringEquals: [platformType, Linux] }
    inputs:
      runCommand: ["echo {{ who }}", "{{ lines }}", "{{ssm:closing}}", "exit 3"]
      onFailure: exit
  - action: aws:runShellScript
    name: never
    inputs: { runCommand: ["never"] }
  - action: aws:runShellScript
    name: last
    inputs: { runCommand: ["last"], finallyStep: true }
`;

test("a document's steps run in order, with values in their places, until one fails", () =>
  withInstance(async (cloud, InstanceId, executed) => {
    const ssm = cloud.clients.ssm(cloud.caller);
    await ssm.PutParameter({ Name: "closing", Type: "String", Value: "echo bye" });
    await ssm.CreateDocument({ Name: "greet", Content: steps, DocumentFormat: "YAML" });
    const InstanceIds = [InstanceId];
    await assert.rejects(
      ssm.SendCommand({ DocumentName: "greet", InstanceIds, Parameters: { who: ["X"] } }),
      { code: "InvalidParameters", message: "Parameter who doesn't match the pattern ^[a-z]+$: X" },
    );
    const { Command: command } = await ssm.SendCommand({
      DocumentName: "greet",
      InstanceIds,
      Parameters: { who: ["you"] },
    });
    await cloud.advance("1s");
    assert.deepEqual(executed, ["echo you\none\ntwo\necho bye\nexit 3", "last"]);
    const CommandId = command!.CommandId!;
    const { CommandInvocations: runs } = await ssm.ListCommandInvocations({
      CommandId,
      Details: true,
    });
    assert.deepEqual(
      runs![0]!.CommandPlugins!.map(({ Name, Status }) => [Name, Status]),
      [
        ["windows", "Success"],
        ["greet", "Failed"],
        ["never", "Pending"],
        ["last", "Success"],
      ],
    );
    assert.match(
      runs![0]!.CommandPlugins![0]!.Output!,
      /^Step execution skipped due to unsatisfied/,
    );
    const greet = await ssm.GetCommandInvocation({ CommandId, InstanceId, PluginName: "greet" });
    assert.deepEqual([greet.Status, greet.ResponseCode], ["Failed", 3]);
    await assert.rejects(
      ssm.GetCommandInvocation({ CommandId, InstanceId, PluginName: "nobody" }),
      {
        code: "InvalidPluginName",
      },
    );
  }));

test("output goes to a bucket and a log group, and news of it to a topic and EventBridge", () =>
  withInstance(async (cloud, InstanceId) => {
    const { caller, clients } = cloud;
    const [ssm, s3, sqs] = [clients.ssm(caller), clients.s3(caller), clients.sqs(caller)];
    await s3.CreateBucket({ Bucket: "outputs" });
    const { QueueUrl } = await sqs.CreateQueue({ QueueName: "news" });
    const queueArn = "arn:aws:sqs:us-east-1:123456789012:news";
    const { TopicArn } = await clients.sns(caller).CreateTopic({ Name: "commands" });
    await clients.sns(caller).Subscribe({ TopicArn, Protocol: "sqs", Endpoint: queueArn });
    const events = clients.events(caller);
    await events.PutRule({
      Name: "commands",
      EventPattern: JSON.stringify({ source: ["aws.ssm"] }),
    });
    await events.PutTargets({ Rule: "commands", Targets: [{ Id: "q", Arn: queueArn }] });
    const { Command: command } = await ssm.SendCommand({
      ...shell("uptime"),
      InstanceIds: [InstanceId],
      OutputS3BucketName: "outputs",
      OutputS3KeyPrefix: "runs",
      CloudWatchOutputConfig: { CloudWatchOutputEnabled: true },
      ServiceRoleArn: "arn:aws:iam::123456789012:role/tell",
      NotificationConfig: {
        NotificationArn: TopicArn,
        NotificationEvents: ["Success"],
        NotificationType: "Command",
      },
    });
    await cloud.advance("5s");
    const id = command!.CommandId!;
    const { Contents: objects } = await s3.ListObjectsV2({ Bucket: "outputs" });
    assert.deepEqual(
      objects!.map(({ Key }) => Key),
      [`runs/${id}/${InstanceId}/awsrunShellScript/0.awsrunShellScript/stdout`],
    );
    const { events: lines } = await clients.logs(caller).GetLogEvents({
      logGroupName: "/aws/ssm/AWS-RunShellScript",
      logStreamName: `${id}/${InstanceId}/aws-runShellScript/stdout`,
    });
    assert.deepEqual(
      lines!.map(({ message }) => message),
      ["ran uptime"],
    );
    const told: string[] = [];
    for (;;) {
      const { Messages: found = [] } = await sqs.ReceiveMessage({
        QueueUrl,
        MaxNumberOfMessages: 10,
      });
      if (found.length === 0) break;
      for (const { Body, ReceiptHandle } of found) {
        const body = JSON.parse(Body!);
        told.push(
          body.Message
            ? `${body.Subject}: ${JSON.parse(body.Message).status}`
            : `${body["detail-type"]}: ${body.detail.status}`,
        );
        await sqs.DeleteMessage({ QueueUrl, ReceiptHandle });
      }
    }
    assert.deepEqual(told.toSorted(), [
      "EC2 Command Invocation Status-change Notification: InProgress",
      "EC2 Command Invocation Status-change Notification: Success",
      "EC2 Command Status-change Notification: InProgress",
      "EC2 Command Status-change Notification: Pending",
      "EC2 Command Status-change Notification: Success",
      "EC2 Run Command Notification us-east-1: Success",
    ]);
  }));

test("a command that is called off ends on its machine", () =>
  withInstance(async (cloud, InstanceId) => {
    const ssm = cloud.clients.ssm(cloud.caller);
    cloud.simulated.execute = (_id, _command, { signal } = {}) =>
      new Promise((_resolve, reject) => {
        const output = { stdout: "so far\n", stderr: "" };
        signal!.addEventListener("abort", () => reject(new CommandEndedEarly("cancelled", output)));
      });
    const { Command: command } = await ssm.SendCommand({
      ...shell("sleep 1000"),
      InstanceIds: [InstanceId],
    });
    await cloud.advance("1s");
    const CommandId = command!.CommandId!;
    const before = await ssm.GetCommandInvocation({ CommandId, InstanceId });
    assert.equal(before.Status, "InProgress");
    await ssm.CancelCommand({ CommandId });
    await cloud.advance("1s");
    const after = await ssm.GetCommandInvocation({ CommandId, InstanceId });
    assert.deepEqual([after.Status, after.StandardOutputContent], ["Cancelled", "so far\n"]);
    const { Commands: listed } = await ssm.ListCommands({ CommandId });
    assert.deepEqual([listed![0]!.Status, listed![0]!.StatusDetails], ["Cancelled", "Cancelled"]);
  }));

test("the CloudWatch agent is managed by AWS's own document", () =>
  withInstance(async (cloud, InstanceId, executed) => {
    const ssm = cloud.clients.ssm(cloud.caller);
    const send = (parameters: Record<string, string[]>) =>
      ssm.SendCommand({
        DocumentName: "AmazonCloudWatch-ManageAgent",
        InstanceIds: [InstanceId],
        Parameters: parameters,
      });
    await assert.rejects(send({ action: ["polish"] }), { code: "InvalidParameters" });
    await send({ optionalConfigurationLocation: ["AmazonCloudWatch-web"] });
    await cloud.advance("1s");
    assert.match(
      executed[0]!,
      /^action='configure'\nsource='ssm'\nlocation='AmazonCloudWatch-web'$/m,
    );
  }));
