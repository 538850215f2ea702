import type { Ec2Operation } from "../../context.ts";
import { ec2Error, incorrectInstanceState, operationNotPermitted } from "../../errors.ts";
import { whenStopped } from "../states.ts";
import { changeStates } from "./change-states.ts";

/** Force ends the machine without asking it first. */
export const stopInstances: Ec2Operation<"StopInstances"> = async (input, context) => {
  const nowMs = context.clock.now();
  return {
    StoppingInstances: await changeStates(context, input.InstanceIds, (instance) => {
      const { instanceId } = instance;
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
