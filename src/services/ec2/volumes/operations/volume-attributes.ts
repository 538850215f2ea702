import type { Ec2Operation } from "../../context.ts";
import { missingParameter } from "../../errors.ts";
import { findVolume, volumes } from "../records.ts";

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVolumeAttribute.html */
export const modifyVolumeAttribute: Ec2Operation<"ModifyVolumeAttribute"> = async (
  input,
  context,
) => {
  const autoEnableIo = input.AutoEnableIO?.Value;
  if (autoEnableIo === undefined) throw missingParameter("autoEnableIO");
  await context.store.transaction(async (tx) => {
    const volume = await findVolume(tx, context, input.VolumeId!);
    volumes.put(tx, context, [volume.volumeId], { ...volume, autoEnableIo });
  });
  return {};
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumeAttribute.html */
export const describeVolumeAttribute: Ec2Operation<"DescribeVolumeAttribute"> = async (
  input,
  context,
) => {
  const volume = await context.store.transaction((tx) => findVolume(tx, context, input.VolumeId!));
  return {
    VolumeId: volume.volumeId,
    ...(input.Attribute === "productCodes"
      ? { ProductCodes: [] }
      : { AutoEnableIO: { Value: volume.autoEnableIo ?? false } }),
  };
};

/** I/O is only ever kept from a volume by a fault, which is healed as faults are. */
export const enableVolumeIO: Ec2Operation<"EnableVolumeIO"> = async (input, context) => {
  await context.store.transaction((tx) => findVolume(tx, context, input.VolumeId!));
  return {};
};
