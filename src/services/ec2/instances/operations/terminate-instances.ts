import type { Ec2Operation } from "../../context.ts";
import { operationNotPermitted } from "../../errors.ts";
import { whenTerminated } from "../states.ts";
import { changeStates } from "./change-states.ts";

export const terminateInstances: Ec2Operation<"TerminateInstances"> = async (input, context) => {
  const nowMs = context.clock.now();
  return {
    TerminatingInstances: await changeStates(context, input.InstanceIds, (instance) => {
      if (instance.disableApiTermination)
        throw operationNotPermitted(
          `The instance '${instance.instanceId}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.`,
        );
      return whenTerminated(instance, nowMs);
    }),
  };
};
