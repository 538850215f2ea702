/** Volumes of machines that run: their bytes, from mkfs in user data to a clone of an image. */
import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { eventually } from "#runtime/testing/eventually.ts";
import { dateOf } from "#runtime/date.ts";
import {
  createProcessHarness,
  type ProcessHarness,
} from "#compute/process/testing/process-harness.ts";
import { createEc2Cloud, type Ec2Cloud } from "../testing/ec2-cloud.ts";

interface Real {
  cloud: Ec2Cloud;
  harness: ProcessHarness;
  launch: (given: { userData?: string; ImageId?: string; mappings?: object[] }) => Promise<string>;
  shell: (id: string, script: string) => Promise<string>;
  until: (what: string, holds: () => Promise<boolean>) => Promise<void>;
}

async function withMachines(t: TestContext, body: (real: Real) => Promise<void>): Promise<void> {
  const harness = await createProcessHarness();
  const cloud = createEc2Cloud({ compute: harness.driver });
  const until: Real["until"] = async (what, holds) => {
    await eventually(what, holds, async () => {
      await cloud.advance("1s");
      await harness.pass();
    });
  };
  const shell: Real["shell"] = async (id, script) => {
    const { stdout, stderr, exitCode } = await harness.driver.execute(id, ["sh", "-c", script]);
    assert.equal(exitCode, 0, `${script}: ${stderr}`);
    return stdout.trim();
  };
  const launch: Real["launch"] = async ({ userData, ImageId = cloud.imageId, mappings }) => {
    const script = `#!/bin/sh\n${userData ?? ""}\ntouch /opt/ended\n`;
    const { Instances } = await cloud.ec2.RunInstances({
      ImageId,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
      ...(mappings && { BlockDeviceMappings: mappings }),
      UserData: Buffer.from(script).toString("base64"),
    });
    const id = Instances![0]!.InstanceId!;
    await until(`${id} runs`, async () => (await cloud.stateOf(id)) === "running");
    await until("user data ended", async () => {
      const { exitCode } = await harness.driver.execute(id, ["test", "-e", "/opt/ended"]);
      return exitCode === 0;
    });
    return id;
  };
  try {
    const lacking = await harness.driver.volumes.lacking();
    if (lacking !== undefined) return t.skip(lacking);
    await body({ cloud, harness, launch, shell, until });
  } finally {
    await cloud.stop();
    await harness.dispose();
  }
}

const dataVolume = [{ DeviceName: "/dev/sdf", Ebs: { VolumeSize: 1, VolumeType: "gp3" } }];
const formats = "mkfs -t ext4 /dev/xvdf && mkdir -p /data && mount /dev/xvdf /data";

test("user data formats and mounts a volume; it is detached once unmounted, and its bytes are elsewhere", (t) =>
  withMachines(t, async ({ cloud: { ec2 }, launch, shell, until }) => {
    const id = await launch({
      mappings: dataVolume,
      userData: `${formats} && echo kept > /data/file`,
    });
    const state = async () => {
      const { Volumes } = await ec2.DescribeVolumes({ VolumeIds: [VolumeId!] });
      return Volumes![0]!.Attachments![0]?.State ?? Volumes![0]!.State;
    };
    const { Volumes } = await ec2.DescribeVolumes({
      Filters: [
        { Name: "attachment.instance-id", Values: [id] },
        { Name: "attachment.device", Values: ["/dev/sdf"] },
      ],
    });
    const { VolumeId } = Volumes![0]!;
    await ec2.DetachVolume({ VolumeId });
    await until("it is busy", async () => (await state()) === "busy");
    await shell(id, "umount /data");
    await until("it is free", async () => (await state()) === "available");
    const other = await launch({});
    await ec2.AttachVolume({ VolumeId, InstanceId: other, Device: "/dev/sdg" });
    await until("it is attached", async () => (await state()) === "attached");
    assert.equal(await shell(other, "mkdir /d && mount /dev/nvme1n1 /d && cat /d/file"), "kept");
    await ec2.DetachVolume({ VolumeId, Force: true });
    await until("it is gone", async () => (await state()) === "available");
    await shell(other, "[ ! -e /dev/nvme1n1 ]");
    await ec2.ModifyVolume({ VolumeId, Size: 2 });
    await ec2.AttachVolume({ VolumeId, InstanceId: id, Device: "/dev/sdf" });
    await until("it is attached", async () => (await state()) === "attached");
    assert.equal(await shell(id, "blockdev --getsize64 /dev/sdf"), String(2 * 1024 ** 3));
  }));

test("an image has the bytes of data volumes, and so has a volume made of its snapshot", (t) =>
  withMachines(t, async ({ cloud: { ec2 }, launch, shell, until }) => {
    const id = await launch({
      mappings: dataVolume,
      userData: `${formats} && echo golden > /data/file && echo root > /srv/file`,
    });
    const { ImageId } = await ec2.CreateImage({ InstanceId: id, Name: "golden", NoReboot: true });
    // What comes later is not in the image, though the volume goes on.
    const images = async () => (await ec2.DescribeImages({ ImageIds: [ImageId!] })).Images![0]!;
    await until("the image is there", async () => (await images()).State === "available");
    await shell(id, "echo later > /data/file && sync");
    const mapping = (await images()).BlockDeviceMappings!.find(
      ({ DeviceName }) => DeviceName === "/dev/sdf",
    )!;
    const clone = await launch({ ImageId: ImageId! });
    assert.equal(
      await shell(clone, "mkdir /d && mount /dev/sdf /d && cat /d/file /srv/file"),
      "golden\nroot",
    );
    const { SnapshotId } = mapping.Ebs!;
    const { AvailabilityZone } = (await ec2.DescribeVolumes({})).Volumes![0]!;
    const { VolumeId } = await ec2.CreateVolume({ AvailabilityZone, SnapshotId, Size: 3 });
    await until("it is made", async () => {
      const { Volumes } = await ec2.DescribeVolumes({ VolumeIds: [VolumeId!] });
      return Volumes![0]!.State === "available";
    });
    await ec2.AttachVolume({ VolumeId, InstanceId: id, Device: "/dev/sdh" });
    await until("it is seen", async () => {
      const { Volumes } = await ec2.DescribeVolumes({ VolumeIds: [VolumeId!] });
      return Volumes![0]!.Attachments![0]!.State === "attached";
    });
    assert.equal(await shell(id, "mkdir /h && mount /dev/sdh /h && cat /h/file"), "golden");
    await ec2.DeregisterImage({ ImageId, DeleteAssociatedSnapshots: true });
    await until("the snapshots are gone", async () => {
      const { Snapshots } = await ec2.DescribeSnapshots({ OwnerIds: ["self"] });
      return Snapshots!.length === 0;
    });
  }));

test("a volume's I/O stands still while it fails, and goes on when it is healed", (t) =>
  withMachines(t, async ({ cloud, harness, launch, shell, until }) => {
    const { ec2 } = cloud;
    const id = await launch({ mappings: dataVolume });
    const { Volumes } = await ec2.DescribeVolumes({
      Filters: [{ Name: "attachment.device", Values: ["/dev/sdf"] }],
    });
    const volume = Volumes![0]!.VolumeId!;
    const scope = { account: "123456789012", region: "us-east-1" };
    const ask = (method: "GET" | "POST" | "DELETE", body?: unknown) =>
      cloud.host.askOwn("ec2", "faults", { method, item: undefined, body, scope });
    const status = async () => {
      const { VolumeStatuses } = await ec2.DescribeVolumeStatus({ VolumeIds: [volume] });
      return VolumeStatuses![0]!.VolumeStatus!.Status;
    };
    await ask("POST", { kind: "stall", volume });
    await cloud.advance("5s");
    const { faults } = (await ask("GET")) as { faults: { impossible?: string }[] };
    if (faults[0]?.impossible !== undefined) {
      await ask("DELETE");
      await cloud.advance("5s");
      return t.skip(faults[0].impossible);
    }
    assert.equal(await status(), "impaired");
    const { InstanceStatuses } = await ec2.DescribeInstanceStatus({ InstanceIds: [id] });
    assert.equal(InstanceStatuses![0]!.AttachedEbsStatus!.Status, "impaired");
    const written = async () => {
      const { exitCode } = await harness.driver.execute(id, ["test", "-e", "/opt/written"]);
      return exitCode === 0;
    };
    const write = "dd if=/dev/zero of=/dev/sdf bs=64k count=4 oflag=direct && touch /opt/written";
    await shell(id, `(${write}) >/dev/null 2>&1 &`);
    await until("it writes", async () => {
      const { exitCode } = await harness.driver.execute(id, ["pgrep", "-x", "dd"]);
      return exitCode === 0;
    });
    for (let passes = 0; passes < 12; passes++) await harness.pass();
    assert.equal(await written(), false);
    await cloud.advance("2m");
    const { MetricDataResults } = await cloud.clients.cloudwatch(cloud.caller).GetMetricData({
      StartTime: dateOf(cloud.clock.now() - 300_000),
      EndTime: dateOf(cloud.clock.now()),
      MetricDataQueries: [
        {
          Id: "stalled",
          MetricStat: {
            Metric: {
              Namespace: "AWS/EBS",
              MetricName: "VolumeStalledIOCheck",
              Dimensions: [{ Name: "VolumeId", Value: volume }],
            },
            Period: 60,
            Stat: "Maximum",
          },
        },
      ],
    });
    assert.equal(MetricDataResults![0]!.Values![0], 1);
    await ask("DELETE");
    await until("what waited is written", written);
    assert.equal(await status(), "ok");
  }));

test("a volume of a root volume's snapshot is a file system with its files", (t) =>
  withMachines(t, async ({ cloud: { ec2 }, launch, shell, until }) => {
    const id = await launch({ userData: "echo rescued > /opt/file" });
    const { Volumes } = await ec2.DescribeVolumes({});
    const { VolumeId: root, AvailabilityZone } = Volumes![0]!;
    const { SnapshotId } = await ec2.CreateSnapshot({ VolumeId: root });
    await until("it is taken", async () => {
      const { Snapshots } = await ec2.DescribeSnapshots({ SnapshotIds: [SnapshotId!] });
      return Snapshots![0]!.State === "completed";
    });
    const { VolumeId } = await ec2.CreateVolume({ AvailabilityZone, SnapshotId });
    const volume = async () => (await ec2.DescribeVolumes({ VolumeIds: [VolumeId!] })).Volumes![0]!;
    await until("it is made", async () => (await volume()).State === "available");
    await ec2.AttachVolume({ VolumeId, InstanceId: id, Device: "/dev/sdf" });
    await until("it is seen", async () => (await volume()).Attachments![0]!.State === "attached");
    assert.equal(await shell(id, "mkdir /r && mount /dev/sdf /r && cat /r/opt/file"), "rescued");
    // And an image over a snapshot of that volume boots with them.
    await shell(id, "echo changed > /r/opt/file && rm -f /r/opt/ended && sync");
    const again = await ec2.CreateSnapshot({ VolumeId });
    await until("it is taken", async () => {
      const { Snapshots } = await ec2.DescribeSnapshots({ SnapshotIds: [again.SnapshotId!] });
      return Snapshots![0]!.State === "completed";
    });
    const { ImageId } = await ec2.RegisterImage({
      Name: "changed",
      RootDeviceName: "/dev/xvda",
      BlockDeviceMappings: [{ DeviceName: "/dev/xvda", Ebs: { SnapshotId: again.SnapshotId } }],
    });
    const clone = await launch({ ImageId: ImageId! });
    assert.equal(await shell(clone, "cat /opt/file"), "changed");
  }));

test("a root volume that outlives its instance keeps its bytes", (t) =>
  withMachines(t, async ({ cloud, launch, shell, until }) => {
    const { ec2 } = cloud;
    const id = await launch({
      mappings: [{ DeviceName: "/dev/xvda", Ebs: { DeleteOnTermination: false } }],
      userData: "echo left > /opt/file",
    });
    const { Volumes } = await ec2.DescribeVolumes({});
    const { VolumeId } = Volumes![0]!;
    const other = await launch({});
    await ec2.TerminateInstances({ InstanceIds: [id] });
    await until("it is gone", async () => (await cloud.stateOf(id)) === "terminated");
    const volume = async () => (await ec2.DescribeVolumes({ VolumeIds: [VolumeId!] })).Volumes![0]!;
    assert.equal((await volume()).State, "available");
    await ec2.AttachVolume({ VolumeId, InstanceId: other, Device: "/dev/sdf" });
    await until("it is seen", async () => (await volume()).Attachments![0]!.State === "attached");
    assert.equal(await shell(other, "mkdir /r && mount /dev/sdf /r && cat /r/opt/file"), "left");
  }));
