/** When a load balancer is set up. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { idOf } from "./interfaces.ts";
import { interfaceHolders, loadBalancers, type LoadBalancerRecord } from "./records.ts";

/** One that is served is active once it has its network interfaces. */
export async function activate(
  tx: Transaction,
  scope: Scope,
  { name, arn }: LoadBalancerRecord,
): Promise<void> {
  const balancer = await loadBalancers.get(tx, scope, name);
  if (balancer?.arn !== arn || balancer.state !== "provisioning") return;
  const holder = await interfaceHolders.get(tx, scope, name, idOf(balancer));
  if (holder?.addresses) loadBalancers.put(tx, scope, [name], { ...balancer, state: "active" });
}
