/**
 * The lifecycle state that an instance of an Auto Scaling group is on its way to.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/retrieving-target-lifecycle-state-through-imds.html
 */
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";

/** Undefined for an instance of no group. */
export async function targetLifecycleState(
  { clients }: Pick<Environment, "clients">,
  scope: Scope,
  instanceId: string,
): Promise<string | undefined> {
  const autoscaling = clients.autoscaling(asService(scope, "ec2.amazonaws.com"));
  const { AutoScalingInstances = [] } = await autoscaling.DescribeAutoScalingInstances({
    InstanceIds: [instanceId],
  });
  const [member] = AutoScalingInstances;
  const state = member?.LifecycleState;
  if (state === undefined) return undefined;
  if (state.startsWith("Warmed:Pending")) {
    const { WarmPoolConfiguration } = await autoscaling.DescribeWarmPool({
      AutoScalingGroupName: member!.AutoScalingGroupName!,
    });
    return `Warmed:${WarmPoolConfiguration?.PoolState ?? "Stopped"}`;
  }
  return targetOf(state);
}

export function targetOf(state: string): string {
  if (state.startsWith("Warmed:Terminating")) return "Warmed:Terminated";
  if (state.startsWith("Terminating")) return "Terminated";
  if (state.startsWith("Pending")) return "InService";
  if (state === "EnteringStandby") return "Standby";
  return state === "Detaching" ? "Detached" : state;
}
