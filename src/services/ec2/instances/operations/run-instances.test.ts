import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud } from "../../testing/ec2-cloud.ts";

const base = { InstanceType: "t3.micro", MinCount: 1, MaxCount: 1 } as const;

test("the same client token gives the same reservation, and other parameters are refused", async () => {
  const cloud = createEc2Cloud();
  const request = { ...base, ImageId: cloud.imageId, MaxCount: 2, ClientToken: "once" };
  const first = await cloud.ec2.RunInstances(request);
  await cloud.advance("1m");
  const again = await cloud.ec2.RunInstances(request);
  assert.equal(again.ReservationId, first.ReservationId);
  assert.deepEqual(
    again.Instances!.map((instance) => [instance.InstanceId, instance.State!.Name]),
    first.Instances!.map((instance) => [instance.InstanceId, "running"]),
  );
  await assert.rejects(cloud.ec2.RunInstances({ ...request, InstanceType: "t3.small" }), {
    code: "IdempotentParameterMismatch",
  });
  await cloud.stop();
});

test("a launch template gives what the request leaves out, and its version is tagged", async () => {
  const cloud = createEc2Cloud();
  await cloud.ec2.CreateLaunchTemplate({
    LaunchTemplateName: "web",
    LaunchTemplateData: {
      ImageId: cloud.imageId,
      InstanceType: "t3.small",
      UserData: Buffer.from("#!/bin/sh\n").toString("base64"),
      TagSpecifications: [
        { ResourceType: "instance", Tags: [{ Key: "Name", Value: "web" }] },
        { ResourceType: "volume", Tags: [{ Key: "of", Value: "web" }] },
      ],
    },
  });
  await cloud.ec2.CreateLaunchTemplateVersion({
    LaunchTemplateName: "web",
    SourceVersion: "1",
    LaunchTemplateData: { InstanceType: "m5.large" },
  });
  const run = async (Version: string, more: object = {}) => {
    const { Instances } = await cloud.ec2.RunInstances({
      MinCount: 1,
      MaxCount: 1,
      LaunchTemplate: { LaunchTemplateName: "web", Version },
      ...more,
    });
    return Instances![0]!;
  };
  assert.equal((await run("$Default")).InstanceType, "t3.small");
  const latest = await run("$Latest", {
    TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: "mine" }] }],
  });
  assert.equal(latest.InstanceType, "m5.large");
  const tags = Object.fromEntries(latest.Tags!.map((tag) => [tag.Key, tag.Value]));
  assert.equal(tags["Name"], "mine");
  assert.equal(tags["aws:ec2launchtemplate:version"], "2");
  const { Volumes } = await cloud.ec2.DescribeVolumes({
    Filters: [{ Name: "attachment.instance-id", Values: [latest.InstanceId!] }],
  });
  assert.deepEqual(Volumes![0]!.Tags, [{ Key: "of", Value: "web" }]);
  assert.equal((await run("1", { InstanceType: "t3.nano" })).InstanceType, "t3.nano");
  await assert.rejects(run("7"), { code: "InvalidLaunchTemplateId.VersionNotFound" });
  await cloud.stop();
});

test("the machine gets the type's size, the user data and the way to Fogbank", async () => {
  const cloud = createEc2Cloud();
  const specs: Parameters<typeof cloud.simulated.launch>[0][] = [];
  const launch = cloud.simulated.launch.bind(cloud.simulated);
  cloud.simulated.launch = (spec) => {
    specs.push(spec);
    return launch(spec);
  };
  await cloud.ec2.RunInstances({
    ...base,
    ImageId: cloud.imageId,
    UserData: Buffer.from("#!/bin/sh\necho hello\n").toString("base64"),
  });
  await cloud.advance("1s");
  const [spec] = specs;
  assert.equal(spec!.cpus, 2);
  assert.equal(spec!.memoryBytes, 2 ** 30);
  assert.equal(Buffer.from(spec!.userData!).toString(), "#!/bin/sh\necho hello\n");
  assert.equal(spec!.image.reference, "amazonlinux:2023");
  assert.equal(spec!.environment["AWS_REGION"], "us-east-1");
  assert.equal(spec!.environment["AWS_ENDPOINT_URL"], "http://127.0.0.1:4566");
  await cloud.stop();
});

test("what cannot work is refused with AWS's errors", async () => {
  const cloud = createEc2Cloud();
  const run = (more: object) =>
    cloud.ec2.RunInstances({ ...base, ImageId: cloud.imageId, ...more });
  await assert.rejects(run({ KeyName: "none" }), {
    code: "InvalidKeyPair.NotFound",
    message: "The key pair 'none' does not exist",
  });
  await assert.rejects(run({ InstanceType: "t4g.micro" }), { code: "InvalidParameterValue" });
  await assert.rejects(run({ InstanceType: "q9.huge" }), { code: "InvalidParameterValue" });
  await assert.rejects(run({ UserData: "%%%" }), { code: "InvalidUserData.Malformed" });
  await assert.rejects(run({ UserData: Buffer.alloc(16_385).toString("base64") }), {
    code: "InvalidParameterValue",
    message: "User data is limited to 16384 bytes",
  });
  await assert.rejects(run({ InstanceMarketOptions: { MarketType: "capacity-block" } }), {
    code: "UnsupportedOperation",
  });
  await assert.rejects(run({ Placement: { AvailabilityZone: "us-east-1z" } }), {
    code: "InvalidParameterValue",
    message: "Invalid availability zone: [us-east-1z]",
  });
  await assert.rejects(
    run({ TagSpecifications: [{ ResourceType: "vpc", Tags: [{ Key: "a", Value: "b" }] }] }),
    {
      code: "InvalidParameterValue",
      message: "'vpc' is not a valid taggable resource type for this operation.",
    },
  );
  await cloud.stop();
});

test("filters and pages find instances by what they are", async () => {
  const cloud = createEc2Cloud();
  const ids = await cloud.run(7);
  await cloud.ec2.CreateTags({ Resources: [ids[0]!], Tags: [{ Key: "role", Value: "web-1" }] });
  const find = async (Name: string, ...Values: string[]) => {
    const { Reservations } = await cloud.ec2.DescribeInstances({ Filters: [{ Name, Values }] });
    return Reservations!.flatMap((one) => one.Instances!.map((instance) => instance.InstanceId!));
  };
  assert.deepEqual(await find("tag:role", "web-*"), [ids[0]]);
  assert.deepEqual(await find("tag-key", "role"), [ids[0]]);
  assert.equal((await find("instance-type", "t3.*")).length, 7);
  assert.equal((await find("network-interface.vpc-id", "vpc-nothing")).length, 0);
  await assert.rejects(find("colour", "red"), {
    code: "InvalidParameterValue",
    message: "The filter 'colour' is invalid",
  });
  const first = await cloud.ec2.DescribeInstances({ MaxResults: 5 });
  assert.equal(first.Reservations![0]!.Instances!.length, 5);
  const rest = await cloud.ec2.DescribeInstances({ MaxResults: 5, NextToken: first.NextToken });
  assert.equal(rest.Reservations![0]!.Instances!.length, 2);
  assert.equal(rest.NextToken, undefined);
  const { Tags } = await cloud.ec2.DescribeTags({
    Filters: [{ Name: "resource-type", Values: ["instance"] }],
  });
  assert.deepEqual(Tags, [
    { ResourceId: ids[0], ResourceType: "instance", Key: "role", Value: "web-1" },
  ]);
  await cloud.stop();
});

test("a cloud that starts again on the same records adopts or revives its machines", async () => {
  const before = createEc2Cloud();
  const [id] = (await before.run()) as [string];
  await before.advance("1m");
  await before.host.stop();
  const after = createEc2Cloud({ store: before.store });
  await after.host.start();
  await after.advance("2m");
  assert.equal((await after.simulated.observe(id)).state, "running");
  assert.equal(await after.stateOf(id), "running");
  before.clock.stop();
  await after.stop();
});

test("machines that no instance wants are ended when Fogbank starts", async () => {
  const cloud = createEc2Cloud();
  const machine = { image: { id: "x" }, environment: {}, cpus: 1, memoryBytes: 1, hostname: "h" };
  const labels = {
    "fogbank:service": "ec2",
    "fogbank:account": "123456789012",
    "fogbank:region": "us-east-1",
  };
  const id = "i-0aaaaaaaaaaaaaaaa";
  await cloud.simulated.launch({ id, ...machine, privateIp: "172.31.0.9", labels });
  await cloud.ec2.DescribeInstances({});
  assert.equal((await cloud.simulated.observe(id)).state, "absent");
  await cloud.stop();
});
