/** What DescribeInstanceHealth says, word for word. https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_InstanceState.html */
import type { InstanceHealth } from "../records.ts";

export const inService: InstanceHealth = {
  state: "InService",
  reason: "N/A",
  description: "N/A",
};
export const registering: InstanceHealth = {
  state: "OutOfService",
  reason: "ELB",
  description: "Instance registration is still in progress.",
};
export const notYetHealthy: InstanceHealth = {
  state: "OutOfService",
  reason: "Instance",
  description:
    "Instance has not passed the configured HealthyThreshold number of health checks consecutively.",
};
export const unhealthy: InstanceHealth = {
  state: "OutOfService",
  reason: "Instance",
  description:
    "Instance has failed at least the UnhealthyThreshold number of health checks consecutively.",
};
export const zoneNotEnabled: InstanceHealth = {
  state: "OutOfService",
  reason: "ELB",
  description:
    "Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to.",
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
