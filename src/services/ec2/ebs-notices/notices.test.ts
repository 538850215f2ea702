import assert from "node:assert/strict";
import { test } from "node:test";
import { hearEvents, type HeardEvent } from "#cloud/testing/hear-events.ts";
import { createMemoryStore } from "#store/memory.ts";
import { volumes } from "../volumes/records.ts";
import { createEc2Cloud, type Ec2Cloud } from "../testing/ec2-cloud.ts";

/** EBS's events of an account. */
const listen = (cloud: Ec2Cloud, account: string) =>
  hearEvents(
    { clients: cloud.clients, caller: { ...cloud.caller, account } },
    {
      source: ["aws.ec2"],
      "detail-type": ["EBS Volume Notification", "EBS Snapshot Notification"],
    },
  );

const names = (heard: HeardEvent[]) =>
  heard.map(({ detail }) => `${String(detail["event"])} ${String(detail["result"])}`).toSorted();

test("a volume's making, its modification and its end are told", async () => {
  const cloud = createEc2Cloud();
  const { ec2 } = cloud;
  const heard = await listen(cloud, "123456789012");
  const { VolumeId } = await ec2.CreateVolume({ AvailabilityZone: "us-east-1a", Size: 1 });
  await cloud.advance("10s");
  const [made, ...others] = await heard();
  assert.deepEqual(others, []);
  assert.deepEqual(made!.resources, [`arn:aws:ec2:us-east-1:123456789012:volume/${VolumeId}`]);
  assert.deepEqual(made!.detail, {
    result: "available",
    cause: "",
    event: "createVolume",
    "request-id": "",
  });
  await ec2.ModifyVolume({ VolumeId, Size: 2 });
  await cloud.advance("10m");
  assert.deepEqual(names(await heard()), ["modifyVolume completed", "modifyVolume optimizing"]);
  await ec2.DeleteVolume({ VolumeId });
  await cloud.advance("1m");
  assert.deepEqual(names(await heard()), ["deleteVolume deleted"]);
  await cloud.stop();
});

test("the end of a volume is told after a restart, if the process was killed just behind it", async () => {
  const store = createMemoryStore();
  const first = createEc2Cloud({ store: { ...store, close: async () => {} } });
  const heard = await listen(first, "123456789012");
  const { VolumeId } = await first.ec2.CreateVolume({ AvailabilityZone: "us-east-1a", Size: 1 });
  await first.advance("10s");
  assert.deepEqual(names(await heard()), ["createVolume available"]);
  await first.stop();
  await store.transaction((tx) => volumes.delete(tx, first.caller, VolumeId!));
  const second = createEc2Cloud({ store });
  for (const service of ["ec2", "events"] as const) await second.host.load(service);
  await second.advance("10s");
  const sqs = second.clients.sqs(second.caller);
  const { QueueUrl } = await sqs.GetQueueUrl({ QueueName: "heard" });
  const { Messages = [] } = await sqs.ReceiveMessage({ QueueUrl });
  assert.match(Messages[0]?.Body ?? "", /"event":"deleteVolume"/);
  await second.stop();
});

test("a snapshot's making, its copy and its sharing are told, the last to the other account", async () => {
  const cloud = createEc2Cloud();
  const { ec2 } = cloud;
  const [heard, other] = [await listen(cloud, "123456789012"), await listen(cloud, "210987654321")];
  const { VolumeId } = await ec2.CreateVolume({ AvailabilityZone: "us-east-1a", Size: 1 });
  await cloud.advance("10s");
  await heard();
  const { SnapshotId } = await ec2.CreateSnapshot({ VolumeId });
  await cloud.advance("10s");
  const [made] = await heard();
  const arn = `arn:aws:ec2::us-east-1:snapshot/${SnapshotId}`;
  assert.equal(made!.detail["event"], "createSnapshot");
  assert.equal(made!.detail["snapshot_id"], arn);
  assert.equal(made!.detail["source"], `arn:aws:ec2::us-east-1:volume/${VolumeId}`);
  assert.match(String(made!.detail["endTime"]), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  await ec2.CopySnapshot({ SourceRegion: "us-east-1", SourceSnapshotId: SnapshotId });
  await ec2.ModifySnapshotAttribute({
    SnapshotId,
    Attribute: "createVolumePermission",
    OperationType: "add",
    UserIds: ["210987654321"],
  });
  await cloud.advance("10s");
  const [copied, ...more] = await heard();
  assert.deepEqual(more, []);
  assert.equal(copied!.detail["event"], "copySnapshot");
  assert.equal(copied!.detail["source"], arn);
  const [shared] = await other();
  assert.deepEqual(
    [shared!.detail["event"], shared!.detail["source"], shared!.detail["snapshot_id"]],
    ["shareSnapshot", "123456789012", arn],
  );
  await cloud.stop();
});
