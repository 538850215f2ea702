import type { Operation } from "#services/kit/service.ts";
import { deregistrationDelayMs } from "../deregistration.ts";
import { validationError } from "../errors.ts";
import { findTargetGroup } from "../find.ts";
import { draining } from "../health/plan.ts";
import { targets } from "../records.ts";
import type { State } from "../state.ts";

/** Without a port, all ports of a target go. What is not registered is passed over. */
export const deregisterTargets: Operation<"elbv2", "DeregisterTargets", State> = async (
  { TargetGroupArn, Targets },
  context,
) => {
  if (!Targets?.length) throw validationError("At least one target must be specified");
  await context.store.transaction(async (tx) => {
    const group = await findTargetGroup(tx, context, TargetGroupArn);
    const delayMs = deregistrationDelayMs(group);
    for (const { Id, Port } of Targets)
      for (const { id, record } of await targets.entries(tx, context, [group.name, Id ?? ""])) {
        if (Port !== undefined && record.port !== Port) continue;
        if (record.drainingUntilMs !== undefined) continue;
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
