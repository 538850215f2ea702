import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud } from "../../testing/ec2-cloud.ts";

test("every state of an instance's life comes to the rule that asked for it", async () => {
  const cloud = createEc2Cloud();
  const sqs = cloud.clients.sqs(cloud.caller);
  const events = cloud.clients.events(cloud.caller);
  const { QueueUrl } = await sqs.CreateQueue({ QueueName: "states" });
  await events.PutRule({
    Name: "states",
    EventPattern: JSON.stringify({
      source: ["aws.ec2"],
      "detail-type": ["EC2 Instance State-change Notification"],
    }),
  });
  await events.PutTargets({
    Rule: "states",
    Targets: [
      {
        Id: "q",
        Arn: "arn:aws:sqs:us-east-1:123456789012:states",
        InputPath: "$.detail",
      },
    ],
  });
  const [id] = (await cloud.run()) as [string];
  await cloud.advance("1m");
  await cloud.ec2.StopInstances({ InstanceIds: [id] });
  await cloud.advance("1m");
  await cloud.ec2.TerminateInstances({ InstanceIds: [id] });
  await cloud.advance("1m");
  const { Messages = [] } = await sqs.ReceiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
  const details = Messages.map(({ Body }) => JSON.parse(Body!) as Record<string, string>);
  assert.ok(details.every((detail) => detail["instance-id"] === id));
  assert.deepEqual(
    new Set(details.map(({ state }) => state)),
    new Set(["pending", "running", "shutting-down", "stopped", "stopping", "terminated"]),
  );
  await cloud.stop();
});
