import type { Operation } from "#services/kit/service.ts";
import { findTargetGroup } from "../find.ts";
import { readSettings } from "../health-check-settings.ts";
import { balancerArns } from "../associations.ts";
import { isNetworkProtocol } from "../kinds.ts";
import { networkSettings } from "../network-load-balancers/health-checks.ts";
import { targetGroups } from "../records.ts";
import { targetGroupShape } from "../shapes.ts";
import type { State } from "../state.ts";

export const modifyTargetGroup: Operation<"elbv2", "ModifyTargetGroup", State> = async (
  input,
  context,
) => {
  const shape = await context.store.transaction(async (tx) => {
    const group = await findTargetGroup(tx, context, input.TargetGroupArn);
    const healthCheck = isNetworkProtocol(group.protocol)
      ? networkSettings(input, group.healthCheck, group.targetType)
      : readSettings(input, group.healthCheck, group.version ?? "HTTP1");
    const changed = { ...group, healthCheck };
    targetGroups.put(tx, context, [group.name], changed);
    return targetGroupShape(changed, (await balancerArns(tx, context))(group.arn));
  });
  return { TargetGroups: [shape] };
};
