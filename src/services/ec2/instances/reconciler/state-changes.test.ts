import assert from "node:assert/strict";
import { test } from "node:test";
import { hearEvents } from "#cloud/testing/hear-events.ts";
import { createEc2Cloud } from "../../testing/ec2-cloud.ts";

test("every state of an instance's life comes to the rule that asked for it", async () => {
  const cloud = createEc2Cloud();
  const told = await hearEvents(cloud, {
    source: ["aws.ec2"],
    "detail-type": ["EC2 Instance State-change Notification"],
  });
  const [id] = (await cloud.run()) as [string];
  await cloud.advance("1m");
  await cloud.ec2.StopInstances({ InstanceIds: [id] });
  await cloud.advance("1m");
  await cloud.ec2.TerminateInstances({ InstanceIds: [id] });
  await cloud.advance("1m");
  const details = (await told()).map(({ detail }) => detail);
  assert.ok(details.every((detail) => detail["instance-id"] === id));
  assert.deepEqual(
    new Set(details.map(({ state }) => state)),
    new Set(["pending", "running", "shutting-down", "stopped", "stopping", "terminated"]),
  );
  await cloud.stop();
});
