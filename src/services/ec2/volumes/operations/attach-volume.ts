import { ec2Error, incorrectInstanceState, invalidValueFor } from "../../errors.ts";
import type { Ec2Operation } from "../../context.ts";
import { changeInstance, findInstance } from "../../instances/records.ts";
import { describeAttachment } from "../describe.ts";
import { setAttachment } from "../attachment.ts";
import { findVolume, type VolumeAttachment } from "../records.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/device_naming.html */
const deviceName = /^(\/dev\/)?(sd[a-z]|hd[a-z]|xvd[a-z]{1,2})\d*$/;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachVolume.html */
export const attachVolume: Ec2Operation<"AttachVolume"> = async (input, context) => {
  const volumeId = input.VolumeId!;
  const device = input.Device!;
  if (!deviceName.test(device))
    throw invalidValueFor("device", device, `${device} is not a valid EBS device name.`);
  const attachment = await context.store.transaction(async (tx) => {
    const volume = await findVolume(tx, context, volumeId);
    const instance = await findInstance(tx, context, input.InstanceId!);
    const { instanceId } = instance;
    if (!["pending", "running", "stopping", "stopped"].includes(instance.state))
      throw incorrectInstanceState(`Instance '${instanceId}' is not 'running'.`);
    if (volume.state) throw ec2Error("IncorrectState", `${volumeId} is not 'available'.`);
    if (volume.attachment)
      throw ec2Error("VolumeInUse", `${volumeId} is already attached to an instance`);
    if (volume.zone !== instance.zone)
      throw ec2Error(
        "InvalidVolume.ZoneMismatch",
        `The volume '${volumeId}' is not in the same availability zone as instance '${instanceId}'`,
      );
    if (instance.blockDevices.some((other) => other.deviceName === device))
      throw ec2Error(
        "InvalidParameterValue",
        `Invalid value '${device}' for unixDevice. Attachment point ${device} is already in use`,
      );
    const attachedMs = context.clock.now();
    const made: VolumeAttachment = {
      instanceId,
      device,
      deleteOnTermination: false,
      attachedMs,
      state: "attaching",
    };
    const own = { deviceName: device, volumeId, deleteOnTermination: false, attachedMs };
    changeInstance(tx, context, instance, { blockDevices: [...instance.blockDevices, own] });
    await setAttachment(tx, context, volume, made);
    return made;
  });
  return describeAttachment(volumeId, attachment);
};
