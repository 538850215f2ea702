import assert from "node:assert/strict";
import { test } from "node:test";
import { createBalancedCloud } from "./testing/balanced-cloud.ts";

test("a target that was registered with a port of its own leaves by that port", async (context) => {
  const cloud = await createBalancedCloud(context);
  const { TargetGroupArn } = await cloud.createGroup();
  const Id = "127.0.0.1";
  await cloud.elb.RegisterTargets({ TargetGroupArn, Targets: [{ Id }, { Id, Port: 8081 }] });
  const portsLeft = async () => {
    const { TargetHealthDescriptions } = await cloud.elb.DescribeTargetHealth({ TargetGroupArn });
    return TargetHealthDescriptions!.map(({ Target }) => Target!.Port);
  };
  await cloud.elb.DeregisterTargets({ TargetGroupArn, Targets: [{ Id }] });
  assert.deepEqual(await portsLeft(), [8081]);
  await cloud.elb.DeregisterTargets({ TargetGroupArn, Targets: [{ Id }] });
  assert.deepEqual(await portsLeft(), [8081]);
  await cloud.elb.DeregisterTargets({ TargetGroupArn, Targets: [{ Id, Port: 8081 }] });
  assert.deepEqual(await portsLeft(), []);
});
