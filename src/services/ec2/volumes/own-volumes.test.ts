import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud } from "../testing/ec2-cloud.ts";

async function withInstance(
  run: (
    cloud: ReturnType<typeof createEc2Cloud>,
    instanceId: string,
    zone: string,
  ) => Promise<void>,
): Promise<void> {
  const cloud = createEc2Cloud();
  const [id] = await cloud.run();
  await cloud.advance("1m");
  const { Reservations } = await cloud.ec2.DescribeInstances({ InstanceIds: [id!] });
  const zone = Reservations![0]!.Instances![0]!.Placement!.AvailabilityZone!;
  await run(cloud, id!, zone);
  await cloud.stop();
}

test("a volume is made, attached, detached and deleted", () =>
  withInstance(async (cloud, InstanceId, AvailabilityZone) => {
    const { ec2 } = cloud;
    const made = await ec2.CreateVolume({ AvailabilityZone, Size: 10, VolumeType: "gp3" });
    assert.equal(made.State, "creating");
    await cloud.advance("1s");
    const VolumeId = made.VolumeId!;
    const shown = async () => (await ec2.DescribeVolumes({ VolumeIds: [VolumeId] })).Volumes![0]!;
    assert.deepEqual([(await shown()).State, (await shown()).Iops], ["available", 3000]);
    const Device = "/dev/sdf";
    const attached = await ec2.AttachVolume({ VolumeId, InstanceId, Device });
    assert.deepEqual([attached.State, attached.DeleteOnTermination], ["attaching", false]);
    assert.equal((await shown()).Attachments![0]!.State, "attaching");
    await cloud.advance("1s");
    assert.equal((await shown()).Attachments![0]!.State, "attached");
    assert.equal((await shown()).State, "in-use");
    const devices = async () => {
      const { Reservations } = await ec2.DescribeInstances({ InstanceIds: [InstanceId] });
      return Reservations![0]!.Instances![0]!.BlockDeviceMappings!.map((one) => one.DeviceName);
    };
    assert.deepEqual(await devices(), ["/dev/xvda", Device]);
    await assert.rejects(ec2.DeleteVolume({ VolumeId }), { code: "VolumeInUse" });
    await assert.rejects(ec2.AttachVolume({ VolumeId, InstanceId, Device: "/dev/sdg" }), {
      code: "VolumeInUse",
    });
    await assert.rejects(ec2.DetachVolume({ VolumeId, InstanceId, Device: "/dev/sdz" }), {
      code: "InvalidAttachment.NotFound",
    });
    assert.equal((await ec2.DetachVolume({ VolumeId })).State, "detaching");
    assert.equal((await shown()).Attachments![0]!.State, "detaching");
    await cloud.advance("1s");
    assert.deepEqual(await devices(), ["/dev/xvda"]);
    await assert.rejects(ec2.DetachVolume({ VolumeId }), {
      code: "IncorrectState",
      message: `Volume '${VolumeId}' is in the 'available' state.`,
    });
    await ec2.DeleteVolume({ VolumeId });
    assert.equal((await shown()).State, "deleting");
    await cloud.advance("1s");
    await assert.rejects(ec2.DetachVolume({ VolumeId }), { code: "InvalidVolume.NotFound" });
  }));

test("attached volumes outlive their instance, root volumes stay with it", () =>
  withInstance(async (cloud, InstanceId, AvailabilityZone) => {
    const { ec2 } = cloud;
    const { VolumeId } = await ec2.CreateVolume({ AvailabilityZone, Size: 1 });
    await ec2.AttachVolume({ VolumeId, InstanceId, Device: "xvdf" });
    const root = (await ec2.DescribeVolumes({})).Volumes!.find((one) => one.VolumeId !== VolumeId);
    await assert.rejects(ec2.DetachVolume({ VolumeId: root!.VolumeId }), {
      code: "OperationNotPermitted",
    });
    await ec2.TerminateInstances({ InstanceIds: [InstanceId] });
    await cloud.advance("30s");
    const { Volumes } = await ec2.DescribeVolumes({});
    assert.deepEqual(
      Volumes!.map((one) => [one.VolumeId, one.State]),
      [[VolumeId, "available"]],
    );
  }));

test("a volume fits its snapshot, its zone and its device", () =>
  withInstance(async (cloud, InstanceId, AvailabilityZone) => {
    const { ec2 } = cloud;
    await assert.rejects(ec2.CreateVolume({ AvailabilityZone }), {
      code: "MissingParameter",
      message: "The request must contain the parameter size/snapshot",
    });
    await assert.rejects(ec2.CreateVolume({ AvailabilityZone: "us-east-1z", Size: 1 }), {
      code: "InvalidParameterValue",
    });
    await assert.rejects(ec2.CreateVolume({ AvailabilityZone, Size: 1, KmsKeyId: "k" }), {
      code: "InvalidParameterDependency",
    });
    const { VolumeId } = await ec2.CreateVolume({ AvailabilityZone, Size: 10, Encrypted: true });
    const { SnapshotId } = await ec2.CreateSnapshot({ VolumeId });
    const from = { AvailabilityZone, SnapshotId };
    await assert.rejects(ec2.CreateVolume(from), { code: "IncorrectState" });
    await cloud.advance("1s");
    await assert.rejects(ec2.CreateVolume({ ...from, Size: 9 }), { code: "InvalidParameterValue" });
    const grown = await ec2.CreateVolume({ ...from, Size: 12 });
    assert.deepEqual([grown.Size, grown.Encrypted, grown.SnapshotId], [12, true, SnapshotId]);
    await assert.rejects(
      ec2.AttachVolume({ VolumeId: grown.VolumeId, InstanceId, Device: "/dev/sdf" }),
      { code: "IncorrectState", message: `${grown.VolumeId} is not 'available'.` },
    );
    await cloud.advance("1s");
    const elsewhere = AvailabilityZone === "us-east-1a" ? "us-east-1b" : "us-east-1a";
    const far = await ec2.CreateVolume({ AvailabilityZone: elsewhere, Size: 1 });
    const attach = (volume: { VolumeId?: string | undefined }, Device: string) =>
      ec2.AttachVolume({ VolumeId: volume.VolumeId, InstanceId, Device });
    await assert.rejects(attach(far, "/dev/sdf"), { code: "InvalidVolume.ZoneMismatch" });
    await assert.rejects(attach(grown, "/dev/xvda"), { code: "InvalidParameterValue" });
    await assert.rejects(attach(grown, "sdf/"), { code: "InvalidParameterValue" });
  }));

test("a volume grows and changes its type, four times a day and one after the other", () =>
  withInstance(async (cloud, _instanceId, AvailabilityZone) => {
    const { ec2 } = cloud;
    const { VolumeId } = await ec2.CreateVolume({ AvailabilityZone, Size: 100, VolumeType: "gp2" });
    await assert.rejects(ec2.ModifyVolume({ VolumeId, Size: 50 }), {
      code: "InvalidParameterValue",
    });
    const { VolumeModification: change } = await ec2.ModifyVolume({
      VolumeId,
      Size: 200,
      VolumeType: "gp3",
    });
    assert.equal(change!.ModificationState, "modifying");
    await assert.rejects(ec2.ModifyVolume({ VolumeId, Size: 300 }), {
      code: "IncorrectModificationState",
    });
    assert.deepEqual([change!.OriginalIops, change!.TargetIops], [300, 3000]);
    const { Volumes } = await ec2.DescribeVolumes({ VolumeIds: [VolumeId!] });
    assert.deepEqual([Volumes![0]!.Size, Volumes![0]!.Throughput], [200, 125]);
    await cloud.advance("1s");
    const { VolumesModifications } = await ec2.DescribeVolumesModifications({});
    assert.deepEqual(
      VolumesModifications!.map((one) => [one.ModificationState, one.Progress]),
      [["completed", 100]],
    );
    const { VolumeModification: faster } = await ec2.ModifyVolume({ VolumeId, VolumeType: "io2" });
    assert.equal(faster!.TargetIops, 3000);
    for (const Iops of [4000, 5000]) {
      await cloud.advance("1m");
      await ec2.ModifyVolume({ VolumeId, Iops });
    }
    await cloud.advance("1m");
    await assert.rejects(ec2.ModifyVolume({ VolumeId, Iops: 6000 }), {
      code: "VolumeModificationRateExceeded",
    });
    await cloud.advance("24h");
    await ec2.ModifyVolume({ VolumeId, Iops: 6000 });
  }));

test("volumes are encrypted where the account wants all encrypted", () =>
  withInstance(async (cloud, _instanceId, AvailabilityZone) => {
    const { ec2 } = cloud;
    assert.equal((await ec2.GetEbsEncryptionByDefault({})).EbsEncryptionByDefault, false);
    await ec2.EnableEbsEncryptionByDefault({});
    const { Encrypted } = await ec2.CreateVolume({ AvailabilityZone, Size: 1, Encrypted: false });
    assert.equal(Encrypted, true);
    const [id] = await cloud.run();
    const { Volumes } = await ec2.DescribeVolumes({
      Filters: [{ Name: "attachment.instance-id", Values: [id!] }],
    });
    assert.equal(Volumes![0]!.Encrypted, true);
  }));

test("a client token gives the volume again for a day", () =>
  withInstance(async (cloud, _instanceId, AvailabilityZone) => {
    const { ec2 } = cloud;
    const request = { AvailabilityZone, Size: 1, ClientToken: "once" };
    const first = await ec2.CreateVolume(request);
    assert.equal((await ec2.CreateVolume(request)).VolumeId, first.VolumeId);
    await assert.rejects(ec2.CreateVolume({ ...request, Size: 2 }), {
      code: "IdempotentParameterMismatch",
    });
    await cloud.advance("24h");
    assert.notEqual((await ec2.CreateVolume(request)).VolumeId, first.VolumeId);
  }));

test("snapshots are taken of all of an instance's volumes and copied", () =>
  withInstance(async (cloud, InstanceId, AvailabilityZone) => {
    const { ec2 } = cloud;
    const { VolumeId } = await ec2.CreateVolume({ AvailabilityZone, Size: 3 });
    await ec2.AttachVolume({ VolumeId, InstanceId, Device: "/dev/sdf" });
    const { Snapshots } = await ec2.CreateSnapshots({ InstanceSpecification: { InstanceId } });
    assert.deepEqual(new Set(Snapshots!.map((one) => one.VolumeSize)), new Set([3, 8]));
    await cloud.advance("1m");
    const { SnapshotId } = Snapshots!.find((one) => one.VolumeId === VolumeId)!;
    const west = cloud.clients.ec2({ ...cloud.caller, region: "us-west-2" });
    const copy = await west.CopySnapshot({
      SourceRegion: "us-east-1",
      SourceSnapshotId: SnapshotId,
      Description: "copied",
    });
    const { Snapshots: copies } = await west.DescribeSnapshots({ OwnerIds: ["self"] });
    assert.deepEqual(
      copies!.map((one) => [one.SnapshotId, one.VolumeSize, one.Description]),
      [[copy.SnapshotId, 3, "copied"]],
    );
  }));
