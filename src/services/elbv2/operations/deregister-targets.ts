import type { Operation } from "#services/kit/service.ts";
import { deregistrationDelayMs } from "../deregistration.ts";
import { validationError } from "../errors.ts";
import { findTargetGroup } from "../find.ts";
import { draining } from "../health/plan.ts";
import { targets } from "../records.ts";
import type { State } from "../state.ts";

/**
 * Without a port it is the group's that goes. What is not registered is passed over.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeregisterTargets.html
 */
export const deregisterTargets: Operation<"elbv2", "DeregisterTargets", State> = async (
  { TargetGroupArn, Targets },
  context,
) => {
  if (!Targets?.length) throw validationError("At least one target must be specified");
  await context.store.transaction(async (tx) => {
    const group = await findTargetGroup(tx, context, TargetGroupArn);
    const delayMs = deregistrationDelayMs(group);
    for (const { Id = "", Port = group.port } of Targets) {
      const id = [group.name, Id, Port] as const;
      const record = await targets.get(tx, context, ...id);
      if (!record || record.drainingUntilMs !== undefined) continue;
      // What gets no traffic has nothing to drain.
      if (record.health.state === "unused" || delayMs === 0) targets.delete(tx, context, ...id);
      else
        targets.put(tx, context, id, {
          ...record,
          health: draining,
          drainingUntilMs: context.clock.now() + delayMs,
        });
    }
  });
  return {};
};
