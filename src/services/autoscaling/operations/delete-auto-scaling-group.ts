import type { Operation } from "#services/kit/service.ts";
import { asService } from "#services/kit/principal.ts";
import { causes } from "../causes.ts";
import { activityInProgress, deletionProtected, resourceInUse } from "../errors.ts";
import { getGroup, isChanging, membersOf } from "../groups/capacity.ts";
import { deleteGroup } from "../groups/delete.ts";
import { groups } from "../records.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html */
export const deleteAutoScalingGroup: Operation<
  "autoscaling",
  "DeleteAutoScalingGroup",
  State
> = async (input, context) => {
  const nowMs = context.clock.now();
  const alarms = await context.store.transaction(async (tx) => {
    const group = await getGroup(tx, context, input.AutoScalingGroupName!);
    const { deletionProtection: protection = "none" } = group;
    if (protection === "prevent-all-deletion")
      throw deletionProtected(group.name, "cannot be deleted");
    if (protection === "prevent-force-deletion" && input.ForceDelete)
      throw deletionProtected(group.name, "cannot be force deleted");
    const members = await membersOf(tx, context, group.name);
    if (members.length === 0) return deleteGroup(tx, context, group);
    if (!input.ForceDelete) {
      if (members.every(isChanging))
        throw activityInProgress(
          "You cannot delete an AutoScalingGroup while there are scaling activities in progress for that group.",
        );
      throw resourceInUse(
        "You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.",
      );
    }
    groups.put(tx, context, [group.name], {
      ...group,
      deleting: true,
      minSize: 0,
      desired: 0,
      causes: [causes.groupDeleted(nowMs, group.desired)],
    });
    return [];
  });
  if (alarms.length > 0)
    await context.clients
      .cloudwatch(asService(context, "autoscaling.amazonaws.com"))
      .DeleteAlarms({ AlarmNames: alarms });
  return {};
};
