/** What volumes are allowed to be, and how they stand. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud } from "../testing/ec2-cloud.ts";

const AvailabilityZone = "us-east-1a";

const refused: [request: object, message: string][] = [
  [
    { VolumeType: "gp3", Size: 20, Iops: 15_000 },
    "Iops to volume size ratio of 750.000000 is too high; maximum is 500",
  ],
  [
    { VolumeType: "io1", Size: 10, Iops: 501 },
    "Iops to volume size ratio of 50.100000 is too high; maximum is 50",
  ],
  [{ VolumeType: "io2", Size: 10, Iops: 99 }, "Volume iops of 99 is too low; minimum is 100."],
  [
    { VolumeType: "gp3", Size: 100, Throughput: 1000 },
    "Throughput (MiBps) to iops ratio of 0.333333 is too high; maximum is 0.250000 MiBps per iops",
  ],
];

for (const [request, message] of refused)
  test(`${JSON.stringify(request)} is refused`, async () => {
    const cloud = createEc2Cloud();
    const { ec2 } = cloud;
    await assert.rejects(ec2.CreateVolume({ AvailabilityZone, ...request }), {
      code: "InvalidParameterValue",
      message,
    });
    await cloud.stop();
  });

test("a gp3 volume of one GiB has what every gp3 volume has", async () => {
  const cloud = createEc2Cloud();
  const { ec2 } = cloud;
  const volume = await ec2.CreateVolume({
    AvailabilityZone,
    VolumeType: "gp3",
    Size: 1,
    Iops: 3000,
    Throughput: 750,
  });
  assert.deepEqual([volume.Iops, volume.Throughput], [3000, 750]);
  await cloud.stop();
});

test("an encrypted volume names its key: its own, or the account's choice", async () => {
  const cloud = createEc2Cloud();
  const { ec2 } = cloud;
  const kms = cloud.clients.kms(cloud.caller);
  const encrypted = { AvailabilityZone, Size: 1, Encrypted: true };
  const keyOf = async (request: object = {}) =>
    (await ec2.CreateVolume({ ...encrypted, ...request })).KmsKeyId;
  const { KeyMetadata: managed } = await kms.DescribeKey({ KeyId: "alias/aws/ebs" });
  assert.equal(await keyOf(), managed!.Arn);
  assert.equal((await ec2.GetEbsDefaultKmsKeyId({})).KmsKeyId, "alias/aws/ebs");
  const { KeyMetadata: own } = await kms.CreateKey({});
  assert.equal(await keyOf({ KmsKeyId: own!.KeyId }), own!.Arn);
  await ec2.ModifyEbsDefaultKmsKeyId({ KmsKeyId: own!.KeyId });
  assert.equal(await keyOf(), own!.Arn);
  await ec2.ModifyEbsDefaultKmsKeyId({ KmsKeyId: "" });
  assert.equal(await keyOf(), managed!.Arn);
  await ec2.ModifyEbsDefaultKmsKeyId({ KmsKeyId: own!.Arn });
  assert.equal(await keyOf(), own!.Arn);
  await ec2.ResetEbsDefaultKmsKeyId({});
  assert.equal(await keyOf(), managed!.Arn);
  const { VolumeId } = await ec2.CreateVolume({ ...encrypted, KmsKeyId: "alias/none" });
  const { Volumes } = await ec2.DescribeVolumes({ VolumeIds: [VolumeId!] });
  assert.equal(Volumes![0]!.State, "error");
  await cloud.stop();
});

test("a volume's status and its attributes", async () => {
  const cloud = createEc2Cloud();
  const { ec2 } = cloud;
  const { VolumeId } = await ec2.CreateVolume({ AvailabilityZone, Size: 1 });
  const { VolumeStatuses } = await ec2.DescribeVolumeStatus({
    Filters: [{ Name: "volume-status.status", Values: ["ok"] }],
  });
  assert.deepEqual(
    VolumeStatuses!.map((one) => [one.VolumeId, one.VolumeStatus!.Status]),
    [[VolumeId, "ok"]],
  );
  const autoEnabled = async () => {
    const shown = await ec2.DescribeVolumeAttribute({ VolumeId, Attribute: "autoEnableIO" });
    return shown.AutoEnableIO!.Value;
  };
  assert.equal(await autoEnabled(), false);
  await ec2.ModifyVolumeAttribute({ VolumeId, AutoEnableIO: { Value: true } });
  assert.equal(await autoEnabled(), true);
  await ec2.EnableVolumeIO({ VolumeId });
  await cloud.stop();
});
