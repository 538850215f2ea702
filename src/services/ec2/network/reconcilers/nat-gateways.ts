import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Reconciler } from "#services/kit/reconciler.ts";
import { disassociate, hasInternetGateway } from "../elastic-ips.ts";
import { deleteInterface } from "../interfaces.ts";
import { addresses, interfaces, natGateways, type NatGatewayRecord } from "../records.ts";
import { planNat } from "./nat-gateway-plan.ts";

/** Moves NAT gateways through their states; one that ends gives its addresses back. */
export function natGatewayReconciler({ store, clock }: Environment): Reconciler {
  return {
    name: "ec2/nat-gateway",
    watches: [{ collection: natGateways }],
    reconcile: (scope, id) =>
      store.transaction(async (tx) => {
        const nat = await natGateways.get(tx, scope, ...id);
        if (!nat) return;
        const now = clock.now();
        const step = planNat(nat, await hasInternetGateway(tx, scope, nat.vpcId), now);
        if (step.do === "wait") return { afterMs: step.afterMs };
        if (step.do === "forget") natGateways.delete(tx, scope, ...id);
        if (step.do !== "become") return;
        const { state } = step;
        natGateways.put(tx, scope, id, {
          ...nat,
          state,
          sinceMs: now,
          ...(state === "deleted" && { deletedMs: now }),
          ...(state === "failed" && { failure: noInternetGateway(nat.vpcId) }),
        });
        if (state !== "available") await giveBack(tx, scope, nat);
        return;
      }),
  };
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html */
function noInternetGateway(vpcId: string) {
  return {
    code: "Gateway.NotAttached",
    message: `Network ${vpcId} has no Internet gateway attached`,
  };
}

async function giveBack(tx: Transaction, scope: Scope, nat: NatGatewayRecord): Promise<void> {
  for (const { allocationId } of [nat, ...(nat.secondary ?? [])]) {
    const held = allocationId && (await addresses.get(tx, scope, allocationId));
    if (held && held.association?.networkInterfaceId === nat.networkInterfaceId)
      await disassociate(tx, scope, held);
  }
  const eni = await interfaces.get(tx, scope, nat.networkInterfaceId);
  if (eni) await deleteInterface(tx, scope, eni);
}
