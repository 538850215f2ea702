import type { Operation } from "#services/kit/service.ts";
import { findListener } from "../find.ts";
import { listeners, rules } from "../records.ts";
import { checkUnused } from "../network-load-balancers/balancer-target.ts";
import type { State } from "../state.ts";

export const deleteListener: Operation<"elbv2", "DeleteListener", State> = async (
  { ListenerArn },
  context,
) => {
  await context.store.transaction(async (tx) => {
    const listener = await findListener(tx, context, ListenerArn);
    const { loadBalancerName, id } = listener;
    await checkUnused(tx, context, listener);
    for (const entry of await rules.entries(tx, context, [loadBalancerName, id]))
      rules.delete(tx, context, ...entry.id);
    listeners.delete(tx, context, loadBalancerName, id);
  });
  return {};
};
