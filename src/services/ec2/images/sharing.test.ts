import assert from "node:assert/strict";
import { test } from "node:test";
import { createEc2Cloud, type Ec2Cloud } from "../testing/ec2-cloud.ts";

const friend = "210987654321";
const byName = (a: string, b: string) => (a < b ? -1 : 1);

async function withSnapshot(
  run: (cloud: Ec2Cloud, SnapshotId: string) => Promise<void>,
): Promise<void> {
  const cloud = createEc2Cloud();
  const { ec2 } = cloud;
  const { VolumeId } = await ec2.CreateVolume({ AvailabilityZone: "us-east-1a", Size: 2 });
  const { SnapshotId } = await ec2.CreateSnapshot({ VolumeId });
  await cloud.advance("1s");
  await run(cloud, SnapshotId!);
  await cloud.stop();
}

test("a snapshot is shared with an account, which makes volumes of it and copies it", () =>
  withSnapshot(async (cloud, SnapshotId) => {
    const { ec2 } = cloud;
    const theirs = cloud.clients.ec2({ ...cloud.caller, account: friend });
    const AvailabilityZone = "us-east-1a";
    const notFound = { code: "InvalidSnapshot.NotFound" };
    await assert.rejects(theirs.CreateVolume({ AvailabilityZone, SnapshotId }), notFound);
    const named = { SnapshotIds: [SnapshotId] };
    assert.deepEqual((await theirs.DescribeSnapshots(named)).Snapshots, []);
    await assert.rejects(
      theirs.DescribeSnapshots({ SnapshotIds: ["snap-0123456789abcdef0"] }),
      notFound,
    );
    const Attribute = "createVolumePermission";
    await ec2.ModifySnapshotAttribute({
      SnapshotId,
      CreateVolumePermission: { Add: [{ UserId: friend }] },
    });
    assert.deepEqual(
      (await ec2.DescribeSnapshotAttribute({ SnapshotId, Attribute })).CreateVolumePermissions,
      [{ UserId: friend }],
    );
    const { Size } = await theirs.CreateVolume({ AvailabilityZone, SnapshotId });
    assert.equal(Size, 2);
    const copy = await theirs.CopySnapshot({
      SourceRegion: "us-east-1",
      SourceSnapshotId: SnapshotId,
    });
    const shown = async (query: object) =>
      (await theirs.DescribeSnapshots(query))
        .Snapshots!.map((one) => one.SnapshotId!)
        .toSorted(byName);
    assert.deepEqual(await shown({}), [SnapshotId, copy.SnapshotId!].toSorted(byName));
    assert.deepEqual(await shown({ OwnerIds: ["self"] }), [copy.SnapshotId]);
    assert.deepEqual(await shown({ OwnerIds: [cloud.caller.account] }), [SnapshotId]);
    await assert.rejects(theirs.DeleteSnapshot({ SnapshotId }), notFound);
    await assert.rejects(
      theirs.ModifySnapshotAttribute({ SnapshotId, CreateVolumePermission: { Add: [] } }),
      { code: "AuthFailure" },
    );
    await ec2.ResetSnapshotAttribute({ SnapshotId, Attribute });
    assert.deepEqual(await shown({ OwnerIds: [cloud.caller.account] }), []);
  }));

test("a public snapshot is everybody's, unless the account blocks that", () =>
  withSnapshot(async ({ ec2 }, SnapshotId) => {
    const open = { Add: [{ Group: "all" as const }] };
    await ec2.EnableSnapshotBlockPublicAccess({ State: "block-new-sharing" });
    assert.equal((await ec2.GetSnapshotBlockPublicAccessState({})).State, "block-new-sharing");
    await assert.rejects(
      ec2.ModifySnapshotAttribute({ SnapshotId, CreateVolumePermission: open }),
      { code: "OperationNotPermitted" },
    );
    await ec2.DisableSnapshotBlockPublicAccess({});
    await ec2.ModifySnapshotAttribute({ SnapshotId, CreateVolumePermission: open });
    const { Snapshots } = await ec2.DescribeSnapshots({ RestorableByUserIds: ["all"] });
    assert.deepEqual(
      Snapshots!.map((one) => one.SnapshotId),
      [SnapshotId],
    );
    await assert.rejects(
      ec2.ModifySnapshotAttribute({
        SnapshotId,
        OperationType: "add",
        GroupNames: ["everyone"],
      }),
      { code: "InvalidAMIAttributeItemValue" },
    );
  }));

test("fast restores are kept by zone", () =>
  withSnapshot(async ({ ec2 }, SnapshotId) => {
    const wish = { AvailabilityZones: ["us-east-1a"], SourceSnapshotIds: [SnapshotId] };
    const { Successful } = await ec2.EnableFastSnapshotRestores(wish);
    assert.equal(Successful![0]!.State, "enabling");
    const { FastSnapshotRestores } = await ec2.DescribeFastSnapshotRestores({});
    assert.deepEqual(
      FastSnapshotRestores!.map((one) => [one.SnapshotId, one.AvailabilityZone, one.State]),
      [[SnapshotId, "us-east-1a", "enabled"]],
    );
    await ec2.DisableFastSnapshotRestores(wish);
    assert.deepEqual((await ec2.DescribeFastSnapshotRestores({})).FastSnapshotRestores, []);
  }));
