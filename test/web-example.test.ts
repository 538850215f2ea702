/** The template that the README deploys. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createTestCloud } from "#cloud/testing/test-cloud.ts";

test("the web servers of the README's example come up, are replaced when they fail, and go without a trace", async (t) => {
  const cloud = createTestCloud();
  t.after(() => cloud.stop());
  const cloudformation = cloud.clients.cloudformation(cloud.caller);
  const StackName = "web";
  const template = await readFile(join(import.meta.dirname, "../examples/web.yaml"), "utf8");
  await cloudformation.CreateStack({ StackName, TemplateBody: template });
  await cloud.advance("5m");
  const { Stacks } = await cloudformation.DescribeStacks({ StackName });
  assert.equal(Stacks![0]!.StackStatus, "CREATE_COMPLETE");
  assert.match(
    Stacks![0]!.Outputs![0]!.OutputValue!,
    /^http:\/\/web-LoadB[\w-]+\.us-east-1\.elb\.localhost\/$/,
  );

  const elb = cloud.clients.elbv2(cloud.caller);
  const serving = async () => {
    const { TargetGroups } = await elb.DescribeTargetGroups({});
    const { TargetGroupArn } = TargetGroups![0]!;
    const { TargetHealthDescriptions } = await elb.DescribeTargetHealth({ TargetGroupArn });
    return TargetHealthDescriptions!
      .filter(({ TargetHealth }) => TargetHealth!.State === "healthy")
      .map(({ Target }) => Target!.Id!);
  };
  const before = await serving();
  assert.equal(before.length, 2);
  cloud.simulated.fail(before[0]!);
  await cloud.advance("5m");
  const after = await serving();
  assert.equal(after.length, 2);
  assert.ok(after.includes(before[1]!) && !after.includes(before[0]!));

  await cloudformation.DeleteStack({ StackName });
  await cloud.advance("10m");
  await assert.rejects(cloudformation.DescribeStacks({ StackName }), { code: "ValidationError" });
  assert.deepEqual((await elb.DescribeLoadBalancers({})).LoadBalancers, []);
});
