import type { Ec2Operation } from "../../context.ts";
import { missingParameter, unsupportedParameter } from "../../errors.ts";
import { findInstance } from "../../instances/records.ts";
import { shownTags, tagsFor } from "../../tags.ts";
import { findVolume } from "../../volumes/records.ts";
import { describeSnapshot } from "../describe.ts";
import { snapshotOf } from "../make-snapshot.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshots.html */
export const createSnapshots: Ec2Operation<"CreateSnapshots"> = async (input, context) => {
  if (input.OutpostArn || input.Location === "local") throw unsupportedParameter("OutpostArn");
  const of = input.InstanceSpecification;
  if (!of?.InstanceId) throw missingParameter("InstanceSpecification.InstanceId");
  const tags = tagsFor("snapshot", input.TagSpecifications, context.principal);
  const made = await context.store.transaction(async (tx) => {
    const { blockDevices, rootDeviceName } = await findInstance(tx, context, of.InstanceId!);
    const wanted = blockDevices.filter(
      ({ deviceName, volumeId }) =>
        !(of.ExcludeBootVolume && deviceName === rootDeviceName) &&
        !of.ExcludeDataVolumeIds?.includes(volumeId),
    );
    const snapshots = [];
    for (const { volumeId } of wanted) {
      const volume = await findVolume(tx, context, volumeId);
      const copied = input.CopyTagsFromSource === "volume" ? volume.tags : {};
      const told = { description: input.Description ?? "", tags: { ...copied, ...tags } };
      snapshots.push(await snapshotOf(tx, context, volume, told));
    }
    return snapshots;
  });
  return {
    Snapshots: made.map((snapshot) => {
      const { Description, Encrypted, VolumeId, State, VolumeSize, StartTime } =
        describeSnapshot(snapshot);
      const Progress = "";
      const { snapshotId: SnapshotId, ownerId: OwnerId } = snapshot;
      const facts = { Description, Encrypted, VolumeId, State, VolumeSize, StartTime, Progress };
      return { ...facts, SnapshotId, OwnerId, Tags: shownTags(snapshot.tags) ?? [] };
    }),
  };
};
