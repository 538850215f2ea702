import assert from "node:assert/strict";
import { test } from "node:test";
import { dateOf } from "#runtime/date.ts";
import { createEc2Cloud, type Ec2Cloud } from "../testing/ec2-cloud.ts";

async function withImage(run: (cloud: Ec2Cloud, ImageId: string) => Promise<void>): Promise<void> {
  const cloud = createEc2Cloud();
  const [InstanceId] = await cloud.run();
  await cloud.advance("1m");
  const { ImageId } = await cloud.ec2.CreateImage({ InstanceId, Name: "one", NoReboot: true });
  await cloud.advance("1s");
  await run(cloud, ImageId!);
  await cloud.stop();
}

test("a deprecated image is found by its owner alone, and by who asks for deprecated ones", () =>
  withImage(async (cloud, ImageId) => {
    const { ec2 } = cloud;
    const friend = "210987654321";
    const theirs = cloud.clients.ec2({ ...cloud.caller, account: friend });
    await ec2.ModifyImageAttribute({ ImageId, LaunchPermission: { Add: [{ UserId: friend }] } });
    const seen = async (query: object = {}) =>
      (await theirs.DescribeImages({ ImageIds: [ImageId], ...query })).Images!.length;
    assert.equal(await seen(), 1);
    const DeprecateAt = dateOf(cloud.clock.now() + 90_000);
    await ec2.EnableImageDeprecation({ ImageId, DeprecateAt });
    assert.equal(await seen(), 1);
    await cloud.advance("3m");
    assert.equal(await seen(), 0);
    assert.equal(await seen({ IncludeDeprecated: true }), 1);
    const { Images } = await ec2.DescribeImages({ ImageIds: [ImageId] });
    assert.match(Images![0]!.DeprecationTime!, /^2026-01-05T12:0\d:00\.000Z$/);
    await ec2.DisableImageDeprecation({ ImageId });
    assert.equal(await seen(), 1);
    await theirs.CancelImageLaunchPermission({ ImageId });
    await assert.rejects(seen(), { code: "InvalidAMIID.NotFound" });
  }));

test("a disabled image launches nothing until it is enabled", () =>
  withImage(async ({ ec2 }, ImageId) => {
    await ec2.DisableImage({ ImageId });
    assert.deepEqual((await ec2.DescribeImages({ ImageIds: [ImageId] })).Images, []);
    const { Images } = await ec2.DescribeImages({ ImageIds: [ImageId], IncludeDisabled: true });
    assert.equal(Images![0]!.State, "disabled");
    const launch = { ImageId, InstanceType: "t3.micro" as const, MinCount: 1, MaxCount: 1 };
    await assert.rejects(ec2.RunInstances(launch));
    await ec2.EnableImage({ ImageId });
    await ec2.RunInstances(launch);
  }));

test("a protected image is not deregistered, with a cooldown not for a day after", () =>
  withImage(async (cloud, ImageId) => {
    const { ec2 } = cloud;
    const { Return } = await ec2.EnableImageDeregistrationProtection({
      ImageId,
      WithCooldown: true,
    });
    assert.equal(Return, "enabled-with-cooldown");
    const refused = { code: "OperationNotPermitted" };
    await assert.rejects(ec2.DeregisterImage({ ImageId }), refused);
    await ec2.DisableImageDeregistrationProtection({ ImageId });
    await assert.rejects(ec2.DeregisterImage({ ImageId }), refused);
    await cloud.advance("24h");
    await ec2.DeregisterImage({ ImageId });
  }));

test("a deregistered image is no error while it is recent or an instance names it", () =>
  withImage(async (cloud, ImageId) => {
    const { ec2 } = cloud;
    const { Instances } = await ec2.RunInstances({
      ImageId,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
    });
    await ec2.DeregisterImage({ ImageId });
    const found = () => ec2.DescribeImages({ ImageIds: [ImageId] });
    await cloud.advance("2h");
    assert.deepEqual((await found()).Images, []);
    await ec2.TerminateInstances({ InstanceIds: [Instances![0]!.InstanceId!] });
    await cloud.advance("1m");
    await assert.rejects(found(), { code: "InvalidAMIID.NotFound" });
  }));
