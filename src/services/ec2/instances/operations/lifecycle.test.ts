import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud } from "../../testing/ec2-cloud.ts";

test("an instance is pending until its machine runs, then running, with status checks that pass", async () => {
  const cloud = createEc2Cloud();
  const { Instances } = await cloud.ec2.RunInstances({
    ImageId: cloud.imageId,
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
    TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "Name", Value: "web" }] }],
  });
  const [instance] = Instances!;
  const id = instance!.InstanceId!;
  assert.match(id, /^i-[0-9a-f]{17}$/);
  assert.deepEqual(instance!.State, { Code: 0, Name: "pending" });
  assert.match(instance!.PrivateIpAddress!, /^172\.31\./);
  assert.deepEqual(instance!.Tags, [{ Key: "Name", Value: "web" }]);
  assert.equal(instance!.BlockDeviceMappings![0]!.DeviceName, "/dev/xvda");

  await cloud.advance("60s");
  assert.equal(await cloud.stateOf(id), "running");
  const { Reservations } = await cloud.ec2.DescribeInstances({ InstanceIds: [id] });
  assert.ok(Reservations![0]!.Instances![0]!.PublicIpAddress);
  const status = async () => {
    const { InstanceStatuses } = await cloud.ec2.DescribeInstanceStatus({ InstanceIds: [id] });
    return InstanceStatuses![0]!.InstanceStatus!.Status;
  };
  assert.equal(await status(), "initializing");
  await cloud.advance("60s");
  assert.equal(await status(), "ok");
  await cloud.stop();
});

test("stop and start keep the private address and change the public one", async () => {
  const cloud = createEc2Cloud();
  const [id] = (await cloud.run()) as [string];
  await cloud.advance("1m");
  const describe = async () => {
    const { Reservations } = await cloud.ec2.DescribeInstances({ InstanceIds: [id] });
    return Reservations![0]!.Instances![0]!;
  };
  const before = await describe();
  const { StoppingInstances } = await cloud.ec2.StopInstances({ InstanceIds: [id] });
  assert.deepEqual(StoppingInstances, [
    {
      InstanceId: id,
      PreviousState: { Code: 16, Name: "running" },
      CurrentState: { Code: 64, Name: "stopping" },
    },
  ]);
  await cloud.advance("30s");
  const stopped = await describe();
  assert.deepEqual(stopped.State, { Code: 80, Name: "stopped" });
  assert.equal(stopped.StateReason!.Code, "Client.UserInitiatedShutdown");
  assert.match(stopped.StateTransitionReason!, /^User initiated \(2026-01-05 12:01:00 GMT\)$/);
  assert.equal(stopped.PublicIpAddress, undefined);
  await cloud.ec2.StartInstances({ InstanceIds: [id] });
  await cloud.advance("1m");
  const after = await describe();
  assert.equal(after.State!.Name, "running");
  assert.equal(after.PrivateIpAddress, before.PrivateIpAddress);
  assert.ok(after.PublicIpAddress);
  assert.notEqual(after.PublicIpAddress, before.PublicIpAddress);
  assert.equal(after.StateTransitionReason, "");
  await cloud.stop();
});

test("a stopped instance comes back with the new type's processors and memory", async () => {
  const launches: unknown[] = [];
  const cloud = createEc2Cloud();
  const start = cloud.simulated.start.bind(cloud.simulated);
  cloud.simulated.start = (id, changes) => {
    launches.push({ cpus: changes?.cpus, memoryBytes: changes?.memoryBytes });
    return start(id, changes);
  };
  const [id] = (await cloud.run()) as [string];
  await cloud.advance("1m");
  const InstanceType = { Value: "m5.xlarge" };
  await assert.rejects(cloud.ec2.ModifyInstanceAttribute({ InstanceId: id, InstanceType }), {
    code: "IncorrectInstanceState",
    message: `The instance '${id}' must be in a 'stopped' state to modify its 'instanceType' attribute.`,
  });
  await cloud.ec2.StopInstances({ InstanceIds: [id] });
  await cloud.advance("30s");
  await cloud.ec2.ModifyInstanceAttribute({ InstanceId: id, InstanceType });
  await cloud.ec2.StartInstances({ InstanceIds: [id] });
  await cloud.advance("1m");
  assert.deepEqual(launches, [{ cpus: 4, memoryBytes: 16 * 2 ** 30 }]);
  assert.equal(await cloud.stateOf(id), "running");
  await cloud.stop();
});

test("a terminated instance is shown for an hour, without network and disks, and then no more", async () => {
  const cloud = createEc2Cloud();
  const [id] = (await cloud.run()) as [string];
  await cloud.advance("1m");
  const { TerminatingInstances } = await cloud.ec2.TerminateInstances({ InstanceIds: [id] });
  assert.equal(TerminatingInstances![0]!.CurrentState!.Name, "shutting-down");
  await cloud.advance("10s");
  const { Reservations } = await cloud.ec2.DescribeInstances({ InstanceIds: [id] });
  const instance = Reservations![0]!.Instances![0]!;
  assert.deepEqual(instance.State, { Code: 48, Name: "terminated" });
  assert.deepEqual(instance.NetworkInterfaces, []);
  assert.deepEqual(instance.BlockDeviceMappings, []);
  assert.deepEqual((await cloud.ec2.DescribeVolumes({})).Volumes, []);
  assert.equal((await cloud.simulated.observe(id)).state, "absent");
  await cloud.advance("59m");
  assert.equal(await cloud.stateOf(id), "terminated");
  await cloud.advance("2m");
  assert.equal(await cloud.stateOf(id), undefined);
  await assert.rejects(cloud.ec2.DescribeInstances({ InstanceIds: [id] }), {
    code: "InvalidInstanceID.NotFound",
    message: `The instance ID '${id}' does not exist`,
  });
  await cloud.stop();
});

test("a machine that dies makes its instance impaired, and a reboot revives it", async () => {
  const cloud = createEc2Cloud();
  const [id] = (await cloud.run()) as [string];
  await cloud.advance("3m");
  cloud.simulated.fail(id, "killed");
  await cloud.advance("1s");
  const status = async () => {
    const { InstanceStatuses } = await cloud.ec2.DescribeInstanceStatus({ InstanceIds: [id] });
    return InstanceStatuses![0]!;
  };
  const impaired = await status();
  assert.equal(impaired.InstanceState!.Name, "running");
  assert.equal(impaired.InstanceStatus!.Status, "impaired");
  assert.equal(impaired.SystemStatus!.Status, "impaired");
  assert.equal(impaired.InstanceStatus!.Details![0]!.Status, "failed");
  assert.ok(impaired.InstanceStatus!.Details![0]!.ImpairedSince);
  await cloud.ec2.RebootInstances({ InstanceIds: [id] });
  await cloud.advance("3m");
  assert.equal((await status()).InstanceStatus!.Status, "ok");
  await cloud.stop();
});

test("termination protection and ids that are wrong stop the whole request", async () => {
  const cloud = createEc2Cloud();
  const [id, other] = (await cloud.run(2)) as [string, string];
  await cloud.advance("1m");
  await cloud.ec2.ModifyInstanceAttribute({
    InstanceId: id,
    DisableApiTermination: { Value: true },
  });
  await assert.rejects(cloud.ec2.TerminateInstances({ InstanceIds: [other, id] }), {
    code: "OperationNotPermitted",
    message: `The instance '${id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
  });
  assert.equal(await cloud.stateOf(other), "running");
  await assert.rejects(cloud.ec2.StopInstances({ InstanceIds: ["i-0123456789abcdef0"] }), {
    code: "InvalidInstanceID.NotFound",
  });
  await assert.rejects(cloud.ec2.StopInstances({ InstanceIds: ["i-xyz"] }), {
    code: "InvalidInstanceID.Malformed",
    message: 'Invalid id: "i-xyz" (expecting "i-...")',
  });
  await cloud.stop();
});

test("no instance at all is refused in AWS's words", async () => {
  const cloud = createEc2Cloud();
  for (const change of ["StartInstances", "StopInstances", "TerminateInstances"] as const)
    await assert.rejects(cloud.ec2[change]({ InstanceIds: [] }), {
      code: "InvalidParameterCombination",
      message: "No instances specified",
    });
  await cloud.stop();
});

test("a dry run checks everything and keeps nothing", async () => {
  const cloud = createEc2Cloud();
  const request = {
    ImageId: cloud.imageId,
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
  } as const;
  await assert.rejects(cloud.ec2.RunInstances({ ...request, DryRun: true }), {
    code: "DryRunOperation",
    message: "Request would have succeeded, but DryRun flag is set.",
    status: 412,
  });
  await assert.rejects(
    cloud.ec2.RunInstances({ ...request, ImageId: "ami-12c6146b", DryRun: true }),
    { code: "InvalidAMIID.NotFound", message: "The image id '[ami-12c6146b]' does not exist" },
  );
  assert.deepEqual((await cloud.ec2.DescribeInstances({})).Reservations, []);
  await cloud.stop();
});

test("a launch that the driver refuses three times ends terminated, with the reason", async () => {
  const cloud = createEc2Cloud();
  cloud.simulated.launch = async () => {
    throw new Error("no room");
  };
  const [id] = (await cloud.run()) as [string];
  await cloud.advance("1m");
  const { Reservations } = await cloud.ec2.DescribeInstances({ InstanceIds: [id] });
  const instance = Reservations![0]!.Instances![0]!;
  assert.equal(instance.State!.Name, "terminated");
  assert.equal(instance.StateReason!.Code, "Server.InternalError");
  await cloud.stop();
});

test("what an instance printed is read for as long as it is shown after its end", async () => {
  const cloud = createEc2Cloud();
  const [id] = (await cloud.run()) as [string];
  await cloud.advance("1m");
  const output = async () => {
    const { Output, Timestamp } = await cloud.ec2.GetConsoleOutput({ InstanceId: id });
    return { text: Buffer.from(Output!, "base64").toString(), at: Timestamp!.toISOString() };
  };
  const before = await output();
  assert.notEqual(before.text, "");
  await cloud.ec2.TerminateInstances({ InstanceIds: [id] });
  await cloud.advance("50m");
  assert.equal(await cloud.stateOf(id), "terminated");
  assert.deepEqual(await output(), { text: before.text, at: "2026-01-05T12:01:00.000Z" });
  await cloud.advance("11m");
  await assert.rejects(output(), { code: "InvalidInstanceID.NotFound" });
  await cloud.stop();
});
