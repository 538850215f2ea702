import type { Ec2Operation } from "../../context.ts";
import {
  ec2Error,
  incorrectInstanceState,
  insufficientInstanceCapacity,
  unsupportedParameter,
} from "../../errors.ts";
import { reserve } from "../../placement/place.ts";
import { stateReasons, whenStarted } from "../states.ts";
import { changeStates } from "./change-states.ts";

export const startInstances: Ec2Operation<"StartInstances"> = async (input, context) => {
  if (input.AdditionalInfo) throw unsupportedParameter("AdditionalInfo");
  const nowMs = context.clock.now();
  return {
    StartingInstances: await changeStates(
      context,
      input.InstanceIds,
      async (instance, dark, tx) => {
        if (instance.stateReason?.code === stateReasons.spotShutdown.code)
          throw ec2Error(
            "IncorrectSpotRequestState",
            `You can't start the Spot Instance '${instance.instanceId}' because the associated Spot Instance request is not in an appropriate state to support start.`,
          );
        const change = whenStarted(instance, nowMs);
        if (!change)
          throw incorrectInstanceState(
            `The instance '${instance.instanceId}' is not in a state from which it can be started.`,
          );
        if (change.state === "pending" && dark.has(instance.zone))
          throw insufficientInstanceCapacity(instance.instanceType, instance.zone);
        if (change.state !== "pending") return change;
        const spot = instance.spotRequestId !== undefined;
        const wish = instance.reservationWish;
        const capacityReservationId = await reserve(
          tx,
          context,
          wish,
          { ...instance, spot },
          nowMs,
        );
        return { ...change, capacityReservationId };
      },
    ),
  };
};
