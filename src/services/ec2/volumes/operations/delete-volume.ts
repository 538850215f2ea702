import type { Ec2Operation } from "../../context.ts";
import { ec2Error } from "../../errors.ts";
import { volumeNotFound, volumes } from "../records.ts";

export const deleteVolume: Ec2Operation<"DeleteVolume"> = async (input, context) => {
  const volumeId = input.VolumeId!;
  await context.store.transaction(async (tx) => {
    const volume = await volumes.get(tx, context, volumeId);
    if (!volume) throw volumeNotFound(volumeId);
    if (volume.attachment)
      throw ec2Error(
        "VolumeInUse",
        `Volume ${volumeId} is currently attached to ${volume.attachment.instanceId}`,
      );
    volumes.delete(tx, context, volumeId);
  });
  return {};
};
