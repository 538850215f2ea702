import type { Ec2Operation } from "../../context.ts";
import { invalidValueFor } from "../../errors.ts";
import { instanceNetwork } from "../../network/instance-network.ts";
import { findInstance } from "../records.ts";

/** Of the attributes that can be reset (kernel, ramdisk, sourceDestCheck) only the last has a meaning here. */
export const resetInstanceAttribute: Ec2Operation<"ResetInstanceAttribute"> = async (
  input,
  context,
) => {
  if (input.Attribute !== "sourceDestCheck") throw invalidValueFor("attribute", input.Attribute);
  await context.store.transaction(async (tx) => {
    const { instanceId } = await findInstance(tx, context, input.InstanceId!);
    await instanceNetwork.setSourceDestCheck(tx, context, instanceId, true);
  });
  return {};
};
