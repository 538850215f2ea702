import type { Ec2Operation } from "../../context.ts";
import { unsupportedParameter } from "../../errors.ts";
import { changeInstance, findInstance } from "../records.ts";

export const modifyInstanceMaintenanceOptions: Ec2Operation<
  "ModifyInstanceMaintenanceOptions"
> = async (input, context) => {
  if (input.RebootMigration) throw unsupportedParameter("RebootMigration");
  const instance = await context.store.transaction(async (tx) => {
    const found = await findInstance(tx, context, input.InstanceId!);
    return changeInstance(tx, context, found, {
      autoRecovery: input.AutoRecovery ?? found.autoRecovery,
    });
  });
  return { InstanceId: instance.instanceId, AutoRecovery: instance.autoRecovery };
};
