import type { Ec2Operation } from "../../context.ts";
import { operationNotPermitted } from "../../errors.ts";
import { deregisteredImages, images, ownImage, snapshots } from "../records.ts";

/** The snapshots stay, unless they are asked to go too. Instances of the image are not touched. */
export const deregisterImage: Ec2Operation<"DeregisterImage"> = async (input, context) =>
  context.store.transaction(async (tx) => {
    const image = await ownImage(tx, context, input.ImageId!);
    const { protection, protectedUntilMs = 0 } = image;
    const cooling = protectedUntilMs > context.clock.now();
    if (cooling || (protection !== undefined && protectedUntilMs === 0))
      throw operationNotPermitted(
        `The AMI ${image.imageId} is protected from deregistration${cooling ? " until its cooldown period ends" : ""}.`,
      );
    images.delete(tx, context, image.imageId);
    deregisteredImages.put(tx, context, [image.imageId], { deregisteredMs: context.clock.now() });
    if (!input.DeleteAssociatedSnapshots) return { Return: true };
    const used = new Set(
      (await images.list(tx, context))
        .filter(({ imageId }) => imageId !== image.imageId)
        .flatMap((other) => other.blockDevices.map((device) => device.snapshotId)),
    );
    const results = [];
    for (const { snapshotId } of image.blockDevices) {
      const snapshot = snapshotId && (await snapshots.get(tx, context, snapshotId));
      if (!snapshot) continue;
      const inUse = used.has(snapshotId);
      if (!inUse) snapshots.put(tx, context, [snapshotId], { ...snapshot, state: "deleting" });
      results.push({
        SnapshotId: snapshotId,
        ReturnCode: inUse ? ("skipped" as const) : ("success" as const),
      });
    }
    return { Return: true, DeleteSnapshotResults: results };
  });
