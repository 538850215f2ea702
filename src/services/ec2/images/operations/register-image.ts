import type { Ec2Operation } from "../../context.ts";
import { invalidParameterValue, missingParameter, unsupportedParameter } from "../../errors.ts";
import { newId } from "../../ids.ts";
import { shownTags, tagsFor } from "../../tags.ts";
import { mergeBlockDevices, type BlockDevice } from "../../volumes/block-devices.ts";
import { checkImageName } from "../image-name.ts";
import { images, snapshotNotFound, snapshots } from "../records.ts";

/** An instance store-backed image's root volume has this size at most. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/RootDeviceStorage.html */
const locatedRootGiB = 10;

/** An image over snapshots that CreateImage or CreateSnapshot made, or over a container image. */
export const registerImage: Ec2Operation<"RegisterImage"> = async (input, context) => {
  const reference = input.ImageLocation;
  // On AWS a manifest in a bucket, which nobody makes any more: here a container image's name.
  if (reference && context.compute.name !== "docker")
    throw unsupportedParameter("ImageLocation without container machines (--compute docker)");
  if (input.KernelId || input.RamdiskId) throw unsupportedParameter("KernelId and RamdiskId");
  if (input.VirtualizationType && input.VirtualizationType !== "hvm")
    throw unsupportedParameter(`VirtualizationType=${input.VirtualizationType}`);
  const rootDeviceName = input.RootDeviceName ?? (reference ? "/dev/xvda" : undefined);
  if (!rootDeviceName) throw missingParameter("RootDeviceName");
  const name = input.Name!;
  const imageId = newId(context.random, "ami");
  const tags = tagsFor("image", input.TagSpecifications, context.principal, ["image", "snapshot"]);
  await context.store.transaction(async (tx) => {
    await checkImageName(tx, context, name);
    const known: BlockDevice[] = reference ? [locatedRoot(rootDeviceName)] : [];
    let pending = false;
    for (const { DeviceName, Ebs } of input.BlockDeviceMappings ?? []) {
      if (!Ebs?.SnapshotId || !DeviceName) continue;
      const snapshot = await snapshots.get(tx, context, Ebs.SnapshotId);
      if (!snapshot || snapshot.state === "deleting") throw snapshotNotFound(Ebs.SnapshotId);
      pending ||= DeviceName === rootDeviceName && snapshot.state === "pending";
      known.push({
        deviceName: DeviceName,
        sizeGiB: snapshot.sizeGiB,
        volumeType: "gp2",
        encrypted: snapshot.encrypted,
        snapshotId: snapshot.snapshotId,
        deleteOnTermination: true,
      });
    }
    if (!known.some((device) => device.deviceName === rootDeviceName))
      throw invalidParameterValue(
        `The root device '${rootDeviceName}' needs a block device mapping with a snapshot.`,
      );
    images.put(tx, context, [imageId], {
      imageId,
      name,
      description: input.Description ?? "",
      ownerId: context.account,
      state: pending ? "pending" : "available",
      architecture: input.Architecture ?? "x86_64",
      rootDeviceName,
      blockDevices: mergeBlockDevices(known, input.BlockDeviceMappings),
      createdMs: context.clock.now(),
      public: false,
      launchAccounts: [],
      ...(reference && { reference }),
      ...(input.BootMode && { bootMode: input.BootMode }),
      ...(input.ImdsSupport && { imdsSupport: input.ImdsSupport }),
      tags,
    });
  });
  return { ImageId: imageId, Tags: shownTags(tags) };
};

function locatedRoot(deviceName: string): BlockDevice {
  return {
    deviceName,
    sizeGiB: locatedRootGiB,
    volumeType: "gp2",
    encrypted: false,
    deleteOnTermination: true,
  };
}
