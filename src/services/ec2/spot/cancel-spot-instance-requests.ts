import type { Ec2Operation } from "../context.ts";
import { changeInstance, instances } from "../instances/records.ts";
import { whenTerminated } from "../instances/states.ts";
import { putSpotRequest, spotRequestNotFound, spotRequests } from "./records.ts";

/**
 * Cancelling leaves a running instance running and ends a stopped one.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-requests.html#using-spot-instances-cancel
 */
export const cancelSpotInstanceRequests: Ec2Operation<"CancelSpotInstanceRequests"> = (
  input,
  context,
) =>
  context.store.transaction(async (tx) => {
    const nowMs = context.clock.now();
    const answers = [];
    for (const id of input.SpotInstanceRequestIds ?? []) {
      const request = await spotRequests.get(tx, context, id);
      if (!request) throw spotRequestNotFound(id);
      const { state, instanceId } = request;
      if (state === "open")
        putSpotRequest(tx, context, request, "cancelled", "canceled-before-fulfillment", nowMs);
      if (state === "active" || state === "disabled")
        putSpotRequest(
          tx,
          context,
          request,
          "cancelled",
          "request-canceled-and-instance-running",
          nowMs,
        );
      if (state === "disabled" && instanceId !== undefined) {
        const instance = await instances.get(tx, context, instanceId);
        if (instance) changeInstance(tx, context, instance, whenTerminated(instance, nowMs));
      }
      const State: "closed" | "cancelled" =
        state === "closed" || state === "failed" ? "closed" : "cancelled";
      answers.push({ SpotInstanceRequestId: id, State });
    }
    return { CancelledSpotInstanceRequests: answers };
  });
