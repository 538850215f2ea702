/** When a load balancer is set up. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { readAddresses } from "./interfaces.ts";
import { loadBalancers, type LoadBalancerRecord } from "./records.ts";

/** One that is served is active once it has its network interfaces. */
export async function activate(
  tx: Transaction,
  scope: Scope,
  { name, arn }: LoadBalancerRecord,
): Promise<void> {
  const balancer = await loadBalancers.get(tx, scope, name);
  if (balancer?.arn !== arn || balancer.state !== "provisioning") return;
  if (await readAddresses(tx, scope, balancer))
    loadBalancers.put(tx, scope, [name], { ...balancer, state: "active" });
}
