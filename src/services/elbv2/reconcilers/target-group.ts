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
      const { balancers, ids } = await env.store.transaction(async (tx) => {
        const prefix = name === undefined ? [] : [name];
        const found = await targets.entries(tx, scope, prefix);
        const associations = await readAssociations(tx, scope);
        const group = name === undefined ? undefined : await targetGroups.get(tx, scope, name);
        return {
          balancers: group ? [...associations.balancersOf(group.arn)] : [],
          ids: found.map(({ id }) => id),
        };
      });
      for (const balancer of balancers) state.wakeLoadBalancer(scope, [balancer]);
      for (const id of ids) state.wakeTarget(scope, id);
    },
  };
}
