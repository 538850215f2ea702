import type { Operation } from "#services/kit/service.ts";
import { isoSeconds } from "#runtime/date.ts";
import { validationError } from "../errors.ts";
import { getGroup } from "../groups/capacity.ts";
import { processes } from "../limits.ts";
import { groups } from "../records.ts";
import type { State } from "../state.ts";

function checked(names: readonly string[] | undefined): readonly string[] {
  if (!names?.length) return processes;
  for (const name of names)
    if (!(processes as readonly string[]).includes(name))
      throw validationError(`Invalid process name: ${name}`);
  return names;
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SuspendProcesses.html */
export const suspendProcesses: Operation<"autoscaling", "SuspendProcesses", State> = async (
  input,
  context,
) => {
  const reason = `User suspended at ${isoSeconds(context.clock.now())}`;
  const names = checked(input.ScalingProcesses);
  await context.store.transaction(async (tx) => {
    const group = await getGroup(tx, context, input.AutoScalingGroupName!);
    const suspended = { ...group.suspended };
    for (const name of names) suspended[name] ??= reason;
    groups.put(tx, context, [group.name], { ...group, suspended });
  });
  return {};
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_ResumeProcesses.html */
export const resumeProcesses: Operation<"autoscaling", "ResumeProcesses", State> = async (
  input,
  context,
) => {
  const names = checked(input.ScalingProcesses);
  await context.store.transaction(async (tx) => {
    const group = await getGroup(tx, context, input.AutoScalingGroupName!);
    const left = Object.entries(group.suspended).filter(([name]) => !names.includes(name));
    groups.put(tx, context, [group.name], { ...group, suspended: Object.fromEntries(left) });
  });
  return {};
};
