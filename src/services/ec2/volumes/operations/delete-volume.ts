import type { Ec2Operation } from "../../context.ts";
import { ec2Error } from "../../errors.ts";
import { findVolume, volumes } from "../records.ts";

export const deleteVolume: Ec2Operation<"DeleteVolume"> = async (input, context) => {
  const volumeId = input.VolumeId!;
  await context.store.transaction(async (tx) => {
    const volume = await findVolume(tx, context, volumeId);
    if (volume.attachment)
      throw ec2Error(
        "VolumeInUse",
        `Volume ${volumeId} is currently attached to ${volume.attachment.instanceId}`,
      );
    volumes.put(tx, context, [volumeId], { ...volume, state: "deleting" });
  });
  return {};
};
