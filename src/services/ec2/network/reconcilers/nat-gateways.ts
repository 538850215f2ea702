import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { find, kinds } from "../kinds.ts";
import { addresses, interfaces, natGateways } from "../records.ts";
import { disassociate } from "../elastic-ips.ts";
import { deleteInterface } from "../interfaces.ts";
import { planNat } from "./nat-gateway-plan.ts";

/** Moves NAT gateways through their states; a deleted one gives its addresses back. */
export function natGatewayReconciler({ store, clock }: Environment): Reconciler {
  return {
    name: "ec2/nat-gateway",
    watches: [{ collection: natGateways }],
    reconcile: (scope, id) =>
      store.transaction(async (tx) => {
        const nat = await natGateways.get(tx, scope, ...id);
        if (!nat) return;
        const now = clock.now();
        const step = planNat(nat, now);
        if (step.do === "wait") return { afterMs: step.afterMs };
        if (step.do === "forget") natGateways.delete(tx, scope, ...id);
        if (step.do !== "become") return;
        natGateways.put(tx, scope, id, {
          ...nat,
          state: step.state,
          sinceMs: now,
          ...(step.state === "deleted" && { deletedMs: now }),
        });
        if (step.state !== "deleted") return;
        const held = nat.allocationId && (await addresses.get(tx, scope, nat.allocationId));
        if (held && held.association?.networkInterfaceId === nat.networkInterfaceId)
          await disassociate(tx, scope, held);
        if (await interfaces.get(tx, scope, nat.networkInterfaceId))
          await deleteInterface(
            tx,
            scope,
            await find(tx, scope, kinds.networkInterface, nat.networkInterfaceId),
          );
        return;
      }),
  };
}
