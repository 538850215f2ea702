/** The sentences with which Auto Scaling explains itself, as AWS writes them. */
import { isoSeconds } from "#runtime/date.ts";

/** Sentences are joined by two blanks. */
export function joinCauses(...causes: readonly string[]): string {
  return causes
    .filter((cause) => cause !== "")
    .join("  ")
    .slice(0, 1023);
}

const at = (nowMs: number, text: string) => `At ${isoSeconds(nowMs)} ${text}`;

const changing = (from: number, to: number) =>
  `changing the desired capacity from ${from} to ${to}.`;

export const causes = {
  created: (now: number, to: number) =>
    at(now, `a user request created an AutoScalingGroup ${changing(0, to)}`),
  userSetDesired: (now: number, from: number, to: number) =>
    at(now, `a user request explicitly set group desired capacity ${changing(from, to)}`),
  updated: (
    now: number,
    who: "user request" | "scheduled action",
    group: { minSize: number; maxSize: number },
    from: number,
    to: number,
  ) =>
    at(
      now,
      `a ${who} update of AutoScalingGroup constraints to min: ${group.minSize}, max: ${group.maxSize}, desired: ${to} ${changing(from, to)}`,
    ),
  alarm: (now: number, alarm: string, state: string, policy: string, from: number, to: number) =>
    at(
      now,
      `a monitor alarm ${alarm} in state ${state} triggered policy ${policy} ${changing(from, to)}`,
    ),
  userPolicy: (now: number, policy: string, from: number, to: number) =>
    at(now, `a user request executed policy ${policy} ${changing(from, to)}`),
  predicted: (now: number, policy: string, from: number, to: number) =>
    at(now, `the forecast of predictive scaling policy ${policy} ${changing(from, to)}`),
  scheduled: (now: number, action: string) => at(now, `the scheduled action ${action} executed.`),
  started: (now: number, from: number, to: number) =>
    at(
      now,
      `an instance was started in response to a difference between desired and actual capacity, increasing the capacity from ${from} to ${to}.`,
    ),
  replacing: (now: number) =>
    at(
      now,
      "an instance was launched in response to an unhealthy instance needing to be replaced.",
    ),
  recommended: (now: number) =>
    at(now, "an instance was launched in response to an EC2 instance rebalance recommendation."),
  endangered: (now: number) =>
    at(
      now,
      "an instance was taken out of service in response to an EC2 instance rebalance recommendation.",
    ),
  userLaunched: (now: number, from: number, to: number) =>
    at(now, `a user request launched instances ${changing(from, to)}`),
  repurchasing: (now: number, option: "Spot" | "On-Demand") =>
    at(
      now,
      `an instance was launched to align the group with its share of ${option} capacity, resulting in more than desired number of instances in the group.`,
    ),
  warmed: (now: number, from: number, to: number) =>
    at(
      now,
      `an instance was started in response to a difference between desired and actual warm pool capacity, increasing the warm pool capacity from ${from} to ${to}.`,
    ),
  warmShrinking: (now: number, from: number, to: number) =>
    at(
      now,
      `an instance was taken out of the warm pool in response to a difference between desired and actual warm pool capacity, shrinking the warm pool capacity from ${from} to ${to}.`,
    ),
  rebalancing: (now: number, zones: readonly string[], crowded: readonly string[]) =>
    at(
      now,
      `instances were launched to balance instances in zones ${zones.join(" ")} with other zones ${crowded.join(" ")} resulting in more than desired number of instances in the group.`,
    ),
  shrinking: (now: number, from: number, to: number) =>
    at(
      now,
      `an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from ${from} to ${to}.`,
    ),
  selected: (now: number, instanceId: string) =>
    at(now, `instance ${instanceId} was selected for termination.`),
  gone: (now: number) =>
    at(
      now,
      "an instance was taken out of service in response to an EC2 health check indicating it has been terminated or stopped.",
    ),
  statusFailed: (now: number) =>
    at(
      now,
      "an instance was taken out of service in response to an EC2 instance status checks failure.",
    ),
  elbFailed: (now: number) =>
    at(
      now,
      "an instance was taken out of service in response to an ELB system health check failure.",
    ),
  launchFailed: (now: number) =>
    at(now, "an instance was taken out of service in response to a launch failure."),
  userHealth: (now: number) =>
    at(now, "an instance was taken out of service in response to a user health-check."),
  userTerminated: (now: number, instanceId: string) =>
    at(now, `instance ${instanceId} was taken out of service in response to a user request.`),
  userTerminatedShrinking: (now: number, instanceId: string, from: number, to: number) =>
    at(
      now,
      `instance ${instanceId} was taken out of service in response to a user request, shrinking the capacity from ${from} to ${to}.`,
    ),
  refreshed: (now: number) =>
    at(now, "an instance was taken out of service in response to an instance refresh."),
  aged: (now: number) =>
    at(now, "an instance was taken out of service due to reaching the maximum instance lifetime."),
  abandoned: (now: number) =>
    at(now, "an instance was taken out of service in response to an abandoned lifecycle action."),
  groupDeleted: (now: number, from: number) =>
    at(now, `a user request force deleted AutoScalingGroup ${changing(from, 0)}`),
  detached: (now: number, instanceId: string, from: number, to: number) =>
    at(
      now,
      from === to
        ? `instance ${instanceId} was detached in response to a user request.`
        : `instance ${instanceId} was detached in response to a user request, shrinking the capacity from ${from} to ${to}.`,
    ),
  attached: (now: number, capacity: number) =>
    at(
      now,
      `an instance was added in response to user request. Keeping the capacity at the new ${capacity}.`,
    ),
  enteredStandby: (now: number, instanceId: string, from: number, to: number) =>
    at(
      now,
      from === to
        ? `instance ${instanceId} was moved to standby in response to a user request.`
        : `instance ${instanceId} was moved to standby in response to a user request, shrinking the capacity from ${from} to ${to}.`,
    ),
  leftStandby: (now: number, instanceId: string, from: number, to: number) =>
    at(
      now,
      `instance ${instanceId} was moved out of standby in response to a user request, increasing the capacity from ${from} to ${to}.`,
    ),
};
