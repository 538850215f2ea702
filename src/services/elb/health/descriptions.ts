/** What DescribeInstanceHealth says, word for word. https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_InstanceState.html */
import type { InstanceHealth } from "../records.ts";

export const registering: InstanceHealth = {
  state: "OutOfService",
  reason: "ELB",
  description: "Instance registration is still in progress.",
};
export const notRegistered: InstanceHealth = {
  state: "OutOfService",
  reason: "Instance",
  description: "Instance is not currently registered with the LoadBalancer.",
};
/** https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/config-conn-drain.html */
export const draining: InstanceHealth = {
  state: "InService",
  reason: "N/A",
  description: "Instance deregistration currently in progress.",
};
export const inState = (instanceState: string): InstanceHealth => ({
  state: "OutOfService",
  reason: "Instance",
  description: `Instance is in ${instanceState} state.`,
});
