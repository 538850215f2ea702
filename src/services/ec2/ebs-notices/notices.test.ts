import assert from "node:assert/strict";
import { test } from "node:test";
import { createMemoryStore } from "#store/memory.ts";
import { volumes } from "../volumes/records.ts";
import { createEc2Cloud, type Ec2Cloud } from "../testing/ec2-cloud.ts";

/** Brings EBS's events of an account to a queue, from which they are read as "event result". */
async function listen(cloud: Ec2Cloud, account: string) {
  const caller = { ...cloud.caller, account };
  const sqs = cloud.clients.sqs(caller);
  const events = cloud.clients.events(caller);
  const { QueueUrl } = await sqs.CreateQueue({ QueueName: "ebs" });
  const pattern = {
    source: ["aws.ec2"],
    "detail-type": ["EBS Volume Notification", "EBS Snapshot Notification"],
  };
  await events.PutRule({ Name: "ebs", EventPattern: JSON.stringify(pattern) });
  const target = { Id: "q", Arn: `arn:aws:sqs:us-east-1:${account}:ebs` };
  await events.PutTargets({ Rule: "ebs", Targets: [target] });
  return async () => {
    const { Messages = [] } = await sqs.ReceiveMessage({ QueueUrl, MaxNumberOfMessages: 10 });
    for (const { ReceiptHandle } of Messages) await sqs.DeleteMessage({ QueueUrl, ReceiptHandle });
    return Messages.map(
      ({ Body }) => JSON.parse(Body!) as { resources: string[]; detail: Record<string, string> },
    );
  };
}

const names = (heard: { detail: Record<string, string> }[]) =>
  heard.map(({ detail }) => `${detail["event"]} ${detail["result"]}`).toSorted();

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
  const { QueueUrl } = await sqs.GetQueueUrl({ QueueName: "ebs" });
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
  assert.match(made!.detail["endTime"]!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
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
