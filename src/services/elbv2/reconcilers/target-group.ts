/** A change of a target group or its targets concerns its load balancers and all its targets. */
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { readAssociations } from "../find.ts";
import { listeners, rules, targetGroups, targets } from "../records.ts";
import type { State } from "../state.ts";

export function targetGroupReconciler(env: Environment, state: State): Reconciler {
  return {
    name: "elbv2/target-group",
    watches: [
      { collection: targetGroups },
      { collection: targets, idOf: (id) => [id[0]!] },
      // A listener or rule may have come to forward to any group, or ceased to.
      { collection: listeners, idOf: () => [] },
      { collection: rules, idOf: () => [] },
    ],
    async reconcile(scope, [name]) {
      const { group, balancers, ids } = await env.store.transaction(async (tx) => {
        const prefix = name === undefined ? [] : [name];
        const found = await targets.entries(tx, scope, prefix);
        const associations = await readAssociations(tx, scope);
        const group = name === undefined ? undefined : await targetGroups.get(tx, scope, name);
        return {
          group,
          balancers: group ? [...associations.balancersOf(group.arn)] : [],
          ids: found.map(({ id }) => id),
        };
      });
      if (name !== undefined) {
        const functionArns = ids.map((id) => String(id[1]));
        const present = group && { groupArn: group.arn, functionArns };
        await state.functions.retain(scope, String(name), present);
      }
      for (const balancer of balancers) state.wakeLoadBalancer(scope, [balancer]);
      for (const id of ids) state.wakeTarget(scope, id);
    },
  };
}
