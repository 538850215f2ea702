import type { Ec2Operation } from "../../context.ts";
import { incorrectInstanceState, unsupportedParameter } from "../../errors.ts";
import { newId } from "../../ids.ts";
import { findInstance } from "../../instances/records.ts";
import { shownTags, tagsFor } from "../../tags.ts";
import { mergeBlockDevices, type BlockDevice } from "../../volumes/block-devices.ts";
import { volumes } from "../../volumes/records.ts";
import { checkImageName } from "../image-name.ts";
import { snapshotOf } from "../make-snapshot.ts";
import { images, mappedSnapshots } from "../records.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html */
export const createImage: Ec2Operation<"CreateImage"> = async (input, context) => {
  if (input.SnapshotLocation === "local") throw unsupportedParameter("SnapshotLocation=local");
  const imageId = newId(context.random, "ami");
  const name = input.Name!;
  const tagsOf = (kind: string) =>
    tagsFor(kind, input.TagSpecifications, context.principal, ["image", "snapshot"]);
  const tags = { image: tagsOf("image"), snapshot: tagsOf("snapshot") };
  await context.store.transaction(async (tx) => {
    const instance = await findInstance(tx, context, input.InstanceId!);
    const { instanceId } = instance;
    if (instance.state !== "running" && instance.state !== "stopped")
      throw incorrectInstanceState(
        `The instance '${instanceId}' is not in the 'running' or 'stopped' state.`,
      );
    await checkImageName(tx, context, name);
    const captured: BlockDevice[] = [];
    for (const { deviceName, volumeId, deleteOnTermination } of instance.blockDevices) {
      const volume = await volumes.get(tx, context, volumeId);
      const left = input.BlockDeviceMappings?.some(
        (mapping) => mapping.DeviceName === deviceName && mapping.NoDevice !== undefined,
      );
      if (!volume || left) continue;
      const snapshot = await snapshotOf(tx, context, volume, {
        description: `Created by CreateImage(${instanceId}) for ${imageId}`,
        tags: tags.snapshot,
      });
      captured.push({
        deviceName,
        sizeGiB: volume.sizeGiB,
        volumeType: volume.volumeType,
        ...(volume.iops !== undefined && { iops: volume.iops }),
        ...(volume.throughput !== undefined && { throughput: volume.throughput }),
        encrypted: volume.encrypted,
        snapshotId: snapshot.snapshotId,
        deleteOnTermination,
      });
    }
    const restarts = !input.NoReboot && instance.state === "running";
    images.put(tx, context, [imageId], {
      imageId,
      name,
      description: input.Description ?? "",
      ownerId: context.account,
      state: "pending",
      architecture: instance.architecture,
      rootDeviceName: instance.rootDeviceName,
      blockDevices: mergeBlockDevices(
        captured,
        input.BlockDeviceMappings,
        await mappedSnapshots(tx, context, input.BlockDeviceMappings),
      ),
      createdMs: context.clock.now(),
      public: false,
      launchAccounts: [],
      ...(instance.bootMode !== undefined && { bootMode: instance.bootMode }),
      ...(instance.metadataOptions.httpTokens === "required" && { imdsSupport: "v2.0" }),
      sourceInstanceId: instanceId,
      sourceImageId: instance.imageId,
      sourceImageRegion: context.region,
      ...(restarts && { rebootsInstanceId: instanceId }),
      tags: tags.image,
    });
  });
  return { ImageId: imageId, Tags: shownTags(tags.image) };
};
