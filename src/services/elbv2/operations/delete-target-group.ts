import type { Operation } from "#services/kit/service.ts";
import { readArn } from "../arns.ts";
import { targetGroupInUse } from "../errors.ts";
import { readAssociations } from "../find.ts";
import { targetGroups, targets } from "../records.ts";
import type { State } from "../state.ts";

/** Deleting what is gone succeeds. */
export const deleteTargetGroup: Operation<"elbv2", "DeleteTargetGroup", State> = async (
  { TargetGroupArn },
  context,
) => {
  const [name] = readArn("target group", TargetGroupArn);
  await context.store.transaction(async (tx) => {
    const group = await targetGroups.get(tx, context, name);
    if (group?.arn !== TargetGroupArn) return;
    const associations = await readAssociations(tx, context);
    if (associations.balancersOf(group!.arn).size > 0) throw targetGroupInUse(group!.arn);
    for (const { id } of await targets.entries(tx, context, [name]))
      targets.delete(tx, context, ...id);
    targetGroups.delete(tx, context, name);
  });
  return {};
};
