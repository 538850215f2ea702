import type { Ec2Context, Ec2Operation } from "../../context.ts";
import { missingParameter } from "../../errors.ts";
import { changeInstance, findInstances } from "../records.ts";

export const monitorInstances: Ec2Operation<"MonitorInstances"> = async (input, context) => ({
  InstanceMonitorings: await setMonitoring(context, input.InstanceIds, true),
});

export const unmonitorInstances: Ec2Operation<"UnmonitorInstances"> = async (input, context) => ({
  InstanceMonitorings: await setMonitoring(context, input.InstanceIds, false),
});

/** Detailed monitoring: metrics every minute instead of every five. AWS answers with the state on the way. */
function setMonitoring(context: Ec2Context, ids: readonly string[] | undefined, on: boolean) {
  if (!ids?.length) throw missingParameter("InstanceId");
  return context.store.transaction(async (tx) => {
    const found = await findInstances(tx, context, ids);
    return found.map((instance) => {
      changeInstance(tx, context, instance, { monitoring: on });
      const State = on ? ("pending" as const) : ("disabling" as const);
      return { InstanceId: instance.instanceId, Monitoring: { State } };
    });
  });
}
