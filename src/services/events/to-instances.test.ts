import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud } from "#services/ec2/testing/ec2-cloud.ts";

test("a rule stops the instance that its input names", async () => {
  const cloud = createEc2Cloud();
  const events = cloud.clients.events(cloud.caller);
  const [id] = (await cloud.run()) as [string];
  await cloud.advance("1m");
  await events.PutRule({ Name: "night", ScheduleExpression: "rate(1 hour)" });
  await events.PutTargets({
    Rule: "night",
    Targets: [
      {
        Id: "stop",
        Arn: "arn:aws:events:us-east-1:123456789012:target/stop-instance",
        Input: JSON.stringify(id),
      },
    ],
  });
  await cloud.advance("61m");
  assert.equal(await cloud.stateOf(id), "stopped");
  await cloud.stop();
});

test("a rule runs a command on the instances that have a tag", async () => {
  const cloud = createEc2Cloud();
  const events = cloud.clients.events(cloud.caller);
  const [id] = (await cloud.run()) as [string];
  await cloud.ec2.CreateTags({ Resources: [id], Tags: [{ Key: "role", Value: "web" }] });
  await cloud.advance("2m");
  await events.PutRule({ Name: "deploy", EventPattern: '{"source":["shop"]}' });
  await events.PutTargets({
    Rule: "deploy",
    Targets: [
      {
        Id: "run",
        Arn: "arn:aws:ssm:us-east-1::document/AWS-RunShellScript",
        RunCommandParameters: { RunCommandTargets: [{ Key: "tag:role", Values: ["web"] }] },
        InputTransformer: {
          InputPathsMap: { version: "$.detail.version" },
          InputTemplate: '{"commands": ["echo <version>"]}',
        },
      },
    ],
  });
  await events.PutEvents({
    Entries: [{ Source: "shop", DetailType: "t", Detail: '{"version":"v7"}' }],
  });
  await cloud.advance("1m");
  const { Commands = [] } = await cloud.clients.ssm(cloud.caller).ListCommands({ InstanceId: id });
  assert.deepEqual(Commands[0]?.Parameters, { commands: ["echo v7"] });
  await cloud.stop();
});
