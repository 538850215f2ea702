import type { Operation } from "#services/kit/service.ts";
import { causes } from "../causes.ts";
import { activityInProgress, validationError } from "../errors.ts";
import { getGroup, isChanging, membersOf, withDesired } from "../groups/capacity.ts";
import { groups } from "../records.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetDesiredCapacity.html */
export const setDesiredCapacity: Operation<"autoscaling", "SetDesiredCapacity", State> = async (
  input,
  context,
) => {
  const wanted = input.DesiredCapacity!;
  const nowMs = context.clock.now();
  await context.store.transaction(async (tx) => {
    const group = await getGroup(tx, context, input.AutoScalingGroupName!);
    if (wanted < group.minSize)
      throw validationError(
        `New SetDesiredCapacity value ${wanted} is below min value ${group.minSize} for the AutoScalingGroup.`,
      );
    if (wanted > group.maxSize)
      throw validationError(
        `New SetDesiredCapacity value ${wanted} is above max value ${group.maxSize} for the AutoScalingGroup.`,
      );
    if (input.HonorCooldown) {
      const busy = (await membersOf(tx, context, group.name)).find(isChanging);
      const cooling = nowMs < group.cooldownFromMs + group.defaultCooldownSeconds * 1000;
      if (busy || cooling)
        throw activityInProgress(
          `Scaling activity ${busy?.activity?.id ?? ""} is in progress and blocks this action`,
        );
    }
    const changed = withDesired(group, wanted, (from, to) =>
      causes.userSetDesired(nowMs, from, to),
    );
    if (changed !== group) groups.put(tx, context, [group.name], changed);
  });
  return {};
};
