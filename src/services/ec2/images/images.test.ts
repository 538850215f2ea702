import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud } from "../testing/ec2-cloud.ts";

/** A cloud with an image of an instance that runs. */
async function createGolden() {
  const cloud = createEc2Cloud();
  const [id] = (await cloud.run()) as [string];
  await cloud.advance("1m");
  const { ImageId } = await cloud.ec2.CreateImage({
    InstanceId: id,
    Name: "golden",
    NoReboot: true,
  });
  await cloud.advance("1m");
  return { cloud, id, ImageId };
}

test("an image of a running instance becomes available, and clones boot from its bytes", async () => {
  const { cloud, id, ImageId } = await createGolden();
  const { Images } = await cloud.ec2.DescribeImages({ Owners: ["self"] });
  const [image] = Images!;
  assert.equal(image!.ImageId, ImageId);
  assert.equal(image!.State, "available");
  assert.equal(image!.SourceInstanceId, id);
  const snapshotId = image!.BlockDeviceMappings![0]!.Ebs!.SnapshotId!;
  const { Snapshots } = await cloud.ec2.DescribeSnapshots({ SnapshotIds: [snapshotId] });
  assert.equal(Snapshots![0]!.State, "completed");
  assert.ok(Snapshots![0]!.FullSnapshotSizeInBytes! > 0);

  const sources: string[] = [];
  const launch = cloud.simulated.launch.bind(cloud.simulated);
  cloud.simulated.launch = (spec) => {
    sources.push(spec.image.id);
    return launch(spec);
  };
  const clone = await cloud.ec2.RunInstances({
    ImageId,
    InstanceType: "t3.micro",
    MinCount: 1,
    MaxCount: 1,
  });
  await cloud.advance("1m");
  assert.deepEqual(sources, [snapshotId]);
  assert.equal(await cloud.stateOf(clone.Instances![0]!.InstanceId!), "running");
  await cloud.stop();
});

test("bytes go when the last snapshot that has them goes", async () => {
  const cloud = createEc2Cloud();
  const deleted: string[] = [];
  const [id] = (await cloud.run()) as [string];
  await cloud.advance("1m");
  const deleteImage = cloud.simulated.deleteImage.bind(cloud.simulated);
  cloud.simulated.deleteImage = (imageId) => {
    deleted.push(imageId);
    return deleteImage(imageId);
  };
  const { ImageId } = await cloud.ec2.CreateImage({ InstanceId: id, Name: "golden" });
  await cloud.advance("1m");
  const west = cloud.clients.ec2({ ...cloud.caller, region: "us-west-2" });
  const copy = await west.CopyImage({
    SourceImageId: ImageId,
    SourceRegion: "us-east-1",
    Name: "copy",
  });
  const { Images } = await west.DescribeImages({ ImageIds: [copy.ImageId!] });
  const copied = Images![0]!.BlockDeviceMappings![0]!.Ebs!.SnapshotId!;
  const [snapshot] = (await cloud.ec2.DescribeSnapshots({})).Snapshots!;
  await assert.rejects(cloud.ec2.DeleteSnapshot({ SnapshotId: snapshot!.SnapshotId }), {
    code: "InvalidSnapshot.InUse",
    message: `The snapshot ${snapshot!.SnapshotId} is currently in use by ${ImageId}`,
  });
  await cloud.ec2.DeregisterImage({ ImageId });
  await cloud.ec2.DeleteSnapshot({ SnapshotId: snapshot!.SnapshotId });
  await cloud.advance("1s");
  assert.deepEqual(deleted, []);
  await west.DeregisterImage({ ImageId: copy.ImageId, DeleteAssociatedSnapshots: true });
  await cloud.advance("1s");
  assert.deepEqual(deleted, [snapshot!.SnapshotId]);
  assert.notEqual(copied, snapshot!.SnapshotId);
  await cloud.stop();
});

test("an image is seen by other accounts once they may launch it", async () => {
  const { cloud, ImageId } = await createGolden();
  const other = cloud.clients.ec2({ ...cloud.caller, account: "210987654321" });
  const see = async () => (await other.DescribeImages({ Owners: ["123456789012"] })).Images!.length;
  assert.equal(await see(), 0);
  await cloud.ec2.ModifyImageAttribute({
    ImageId,
    LaunchPermission: { Add: [{ UserId: "210987654321" }] },
  });
  assert.equal(await see(), 1);
  const launchableBy = async (who: string, client = cloud.ec2) =>
    (await client.DescribeImages({ ExecutableUsers: [who] })).Images!.map((one) => one.ImageId);
  assert.deepEqual(await launchableBy("210987654321"), [ImageId]);
  assert.deepEqual(await launchableBy("self"), []);
  assert.deepEqual(await launchableBy("self", other), [ImageId]);
  const { LaunchPermissions } = await cloud.ec2.DescribeImageAttribute({
    ImageId,
    Attribute: "launchPermission",
  });
  assert.deepEqual(LaunchPermissions, [{ UserId: "210987654321" }]);
  await assert.rejects(other.DeregisterImage({ ImageId }), { code: "AuthFailure" });
  await cloud.stop();
});

test("an image is shared with organizations and their units, which are told", async () => {
  const cloud = createEc2Cloud();
  const [InstanceId] = (await cloud.run()) as [string];
  await cloud.advance("1m");
  const { ImageId } = await cloud.ec2.CreateImage({ InstanceId, Name: "shared" });
  const Attribute = "launchPermission";
  const OrganizationArn = "arn:aws:organizations::123456789012:organization/o-a1b2c3d4e5";
  const OrganizationalUnitArn =
    "arn:aws:organizations::123456789012:ou/o-a1b2c3d4e5/ou-a1b2-f6g7h111";
  await cloud.ec2.ModifyImageAttribute({
    ImageId,
    LaunchPermission: { Add: [{ OrganizationArn }] },
  });
  await cloud.ec2.ModifyImageAttribute({
    ImageId,
    Attribute,
    OperationType: "add",
    OrganizationalUnitArns: [OrganizationalUnitArn],
  });
  const told = async () =>
    (await cloud.ec2.DescribeImageAttribute({ ImageId, Attribute })).LaunchPermissions;
  assert.deepEqual(await told(), [{ OrganizationArn }, { OrganizationalUnitArn }]);
  await assert.rejects(
    cloud.ec2.ModifyImageAttribute({
      ImageId,
      LaunchPermission: { Add: [{ OrganizationArn: "mine" }] },
    }),
    { code: "InvalidAMIAttributeItemValue" },
  );
  await cloud.ec2.ModifyImageAttribute({
    ImageId,
    LaunchPermission: { Remove: [{ OrganizationArn }] },
  });
  assert.deepEqual(await told(), [{ OrganizationalUnitArn }]);
  await cloud.ec2.ResetImageAttribute({ ImageId, Attribute });
  assert.deepEqual(await told(), []);
  await cloud.stop();
});

test("public images are found by owner and name, newest kinds included", async () => {
  const cloud = createEc2Cloud();
  const { Images } = await cloud.ec2.DescribeImages({
    Owners: ["amazon"],
    Filters: [
      { Name: "name", Values: ["al2023-ami-2023.*-x86_64"] },
      { Name: "state", Values: ["available"] },
    ],
  });
  assert.deepEqual(new Set(Images!.map((image) => image.OwnerId)), new Set(["137112412989"]));
  assert.ok(Images!.length >= 1);
  await assert.rejects(cloud.ec2.DescribeImages({ ImageIds: ["ami-12c6146b"] }), {
    code: "InvalidAMIID.NotFound",
    message: "The image id '[ami-12c6146b]' does not exist",
  });
  await cloud.stop();
});
