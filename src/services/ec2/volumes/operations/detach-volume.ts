import { ec2Error, operationNotPermitted, unsupportedOperation } from "../../errors.ts";
import type { Ec2Operation } from "../../context.ts";
import { findInstance } from "../../instances/records.ts";
import { describeAttachment } from "../describe.ts";
import { setAttachment } from "../attachment.ts";
import { findVolume, type VolumeAttachment } from "../records.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachVolume.html */
export const detachVolume: Ec2Operation<"DetachVolume"> = async (input, context) => {
  const volumeId = input.VolumeId!;
  const attachment = await context.store.transaction(async (tx) => {
    const volume = await findVolume(tx, context, volumeId);
    if (input.InstanceId !== undefined) await findInstance(tx, context, input.InstanceId);
    const { attachment: present } = volume;
    const meant =
      present &&
      present.instanceId === (input.InstanceId ?? present.instanceId) &&
      present.device === (input.Device ?? present.device);
    if (!meant && input.InstanceId !== undefined)
      throw ec2Error(
        "InvalidAttachment.NotFound",
        `The volume ${volumeId} is not attached to instance ${input.InstanceId}${input.Device ? ` as device ${input.Device}` : ""}`,
      );
    if (!meant)
      throw ec2Error("IncorrectState", `Volume '${volumeId}' is in the 'available' state.`);
    const instance = await findInstance(tx, context, present.instanceId);
    if (present.device === instance.rootDeviceName) {
      if (instance.state !== "stopped")
        throw operationNotPermitted(
          `Unable to detach root volume '${volumeId}' from instance '${instance.instanceId}'`,
        );
      // Its bytes are the machine's own disk.
      throw unsupportedOperation("Fogbank does not detach root volumes. See COVERAGE.md.");
    }
    const going: VolumeAttachment = {
      ...present,
      state: present.state === "busy" && !input.Force ? "busy" : "detaching",
      ...(input.Force && { forced: true as const }),
    };
    await setAttachment(tx, context, volume, going);
    return going;
  });
  return describeAttachment(volumeId, attachment);
};
