import type { Ec2Operation } from "../../context.ts";
import {
  ec2Error,
  incorrectInstanceState,
  operationNotPermitted,
  unsupportedOperation,
} from "../../errors.ts";
import { whenStopped } from "../states.ts";
import { changeStates } from "./change-states.ts";

/** Force ends the machine without asking it first. */
export const stopInstances: Ec2Operation<"StopInstances"> = async (input, context) => {
  const nowMs = context.clock.now();
  return {
    StoppingInstances: await changeStates(context, input.InstanceIds, (instance) => {
      const { instanceId } = instance;
      if (instance.spotRequestId !== undefined && !instance.spotPersistent)
        throw unsupportedOperation(
          `You can't stop the Spot Instance '${instanceId}' because it is associated with a one-time Spot Instance request. You can only stop Spot Instances associated with persistent Spot Instance requests.`,
        );
      if (input.Hibernate)
        throw ec2Error(
          "UnsupportedHibernationConfiguration",
          `The instance '${instanceId}' is not enabled for hibernation.`,
        );
      if (instance.disableApiStop)
        throw operationNotPermitted(
          `The instance '${instanceId}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.`,
        );
      const change = whenStopped(instance, nowMs);
      if (!change)
        throw incorrectInstanceState(
          `The instance '${instanceId}' is not in a state from which it can be stopped.`,
        );
      return input.Force ? { ...change, forceStop: true } : change;
    }),
  };
};
