import type { Operation } from "#services/kit/service.ts";
import { causes } from "../causes.ts";
import { validationError, warmPoolWithSpot } from "../errors.ts";
import { getGroup } from "../groups/capacity.ts";
import { mayLaunchSpot } from "../groups/mixed-instances.ts";
import {
  checkBounds,
  checkCapacityType,
  checkPlacementGroup,
  commonSettings,
  launchSettings,
  placement,
  refuseUnsupported,
} from "../groups/settings.ts";
import { groups, type GroupRecord } from "../records.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html */
export const updateAutoScalingGroup: Operation<
  "autoscaling",
  "UpdateAutoScalingGroup",
  State
> = async (input, context) => {
  refuseUnsupported(input);
  await checkPlacementGroup(input, context);
  const before = await context.store.transaction((tx) =>
    groups.get(tx, context, input.AutoScalingGroupName!),
  );
  // This operation alone does not say which group it looked for.
  if (!before) throw validationError("AutoScalingGroup name not found - null");
  const source = await launchSettings(input, context, before.mixed);
  const place = await placement(input, context);
  const changes = commonSettings(input);
  const nowMs = context.clock.now();
  await context.store.transaction(async (tx) => {
    const group = await getGroup(tx, context, input.AutoScalingGroupName!);
    if (group.deleting)
      throw validationError("AutoScalingGroup is pending delete and cannot be updated");
    const minSize = input.MinSize ?? group.minSize;
    const maxSize = input.MaxSize ?? group.maxSize;
    // New bounds pull the capacity along; a capacity that was asked for must fit.
    const desired =
      input.DesiredCapacity ??
      Math.min(Math.max(group.desired, minSize), Math.max(maxSize, minSize));
    checkBounds(minSize, maxSize, desired);
    const { launchTemplate: _, launchConfigurationName: __, mixed: ___, ...rest } = group;
    const base: Omit<GroupRecord, "launchTemplate" | "launchConfigurationName" | "mixed"> = source
      ? rest
      : group;
    const updated: GroupRecord = {
      ...base,
      ...source,
      ...place,
      ...changes,
      minSize,
      maxSize,
      desired,
    };
    if (input.DefaultInstanceWarmup === -1) delete updated.defaultWarmupSeconds;
    if (input.MaxInstanceLifetime === 0) delete updated.maxLifetimeSeconds;
    if (input.InstanceMaintenancePolicy?.MinHealthyPercentage === -1) delete updated.maintenance;
    // Another way to launch deserves another try at once.
    if (source || place) {
      delete updated.launchBackoff;
      delete updated.shortages;
    }
    if (updated.warmPool && mayLaunchSpot(updated)) throw warmPoolWithSpot();
    checkCapacityType(updated);
    if (desired !== group.desired)
      updated.causes = [
        ...group.causes,
        causes.updated(nowMs, "user request", { minSize, maxSize }, group.desired, desired),
      ];
    groups.put(tx, context, [group.name], updated);
  });
  return {};
};
