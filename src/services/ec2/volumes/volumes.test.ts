import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud } from "../testing/ec2-cloud.ts";

test("a launch's volumes have the sizes, types and performance asked for, and AWS's own where not", async () => {
  const cloud = createEc2Cloud();
  const { Instances } = await cloud.ec2.RunInstances({
    ImageId: cloud.imageId,
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
    BlockDeviceMappings: [
      { DeviceName: "/dev/xvda", Ebs: { VolumeSize: 20 } },
      { DeviceName: "/dev/sdf", Ebs: { VolumeSize: 100, VolumeType: "gp2" } },
      {
        DeviceName: "/dev/sdg",
        Ebs: { VolumeSize: 10, VolumeType: "io2", Iops: 500, DeleteOnTermination: false },
      },
    ],
  });
  const id = Instances![0]!.InstanceId!;
  const { Volumes } = await cloud.ec2.DescribeVolumes({
    Filters: [{ Name: "attachment.instance-id", Values: [id] }],
  });
  const shown = Volumes!.map((volume) => [
    volume.Attachments![0]!.Device,
    volume.Size,
    volume.VolumeType,
    volume.Iops,
    volume.Throughput,
  ]);
  assert.deepEqual(
    shown.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1)),
    [
      ["/dev/sdf", 100, "gp2", 300, undefined],
      ["/dev/sdg", 10, "io2", 500, undefined],
      ["/dev/xvda", 20, "gp3", 3000, 125],
    ],
  );
  await cloud.advance("1m");
  await cloud.ec2.TerminateInstances({ InstanceIds: [id] });
  await cloud.advance("10s");
  const left = (await cloud.ec2.DescribeVolumes({})).Volumes!;
  assert.deepEqual(
    left.map((volume) => [volume.Size, volume.State]),
    [[10, "available"]],
  );
  await cloud.ec2.DeleteVolume({ VolumeId: left[0]!.VolumeId });
  await cloud.advance("1s");
  assert.deepEqual((await cloud.ec2.DescribeVolumes({})).Volumes, []);
  await cloud.stop();
});

test("a root volume smaller than its snapshot and performance that a type has not are refused", async () => {
  const cloud = createEc2Cloud();
  const run = (Ebs: object, DeviceName = "/dev/xvda") =>
    cloud.ec2.RunInstances({
      ImageId: cloud.imageId,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      BlockDeviceMappings: [{ DeviceName, Ebs }],
    });
  await assert.rejects(run({ VolumeSize: 4 }), { code: "InvalidBlockDeviceMapping" });
  await assert.rejects(run({ VolumeSize: 10, VolumeType: "io1" }), { code: "MissingParameter" });
  await assert.rejects(run({ VolumeSize: 10, VolumeType: "gp2", Iops: 500 }), {
    code: "InvalidParameterCombination",
  });
  await assert.rejects(run({}, "/dev/sdf"), { code: "MissingParameter" });
  await assert.rejects(
    cloud.ec2.RunInstances({
      ImageId: cloud.imageId,
      MinCount: 1,
      MaxCount: 1,
      BlockDeviceMappings: [{ DeviceName: "/dev/sdf", NoDevice: "yes" }],
    }),
    { code: "InvalidRequest", message: "The request received was invalid" },
  );
  await cloud.stop();
});
