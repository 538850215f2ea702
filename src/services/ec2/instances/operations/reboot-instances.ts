import type { Ec2Operation } from "../../context.ts";
import { incorrectInstanceState, missingParameter } from "../../errors.ts";
import { changeInstance, findInstances } from "../records.ts";

/** Asks for a reboot; it also revives an instance whose machine died. */
export const rebootInstances: Ec2Operation<"RebootInstances"> = async (input, context) => {
  if (!input.InstanceIds?.length) throw missingParameter("InstanceId");
  await context.store.transaction(async (tx) => {
    for (const instance of await findInstances(tx, context, input.InstanceIds!)) {
      if (instance.state !== "running" && instance.state !== "pending")
        throw incorrectInstanceState(
          `The instance '${instance.instanceId}' is not in a state from which it can be rebooted.`,
        );
      const rebootsWanted = instance.machine.rebootsDone + 1;
      changeInstance(tx, context, instance, { rebootsWanted });
    }
  });
  return {};
};
