/** Finds load balancers and what belongs to them, with AWS's errors when there are none. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { listenerNotFound, loadBalancerNotFound } from "./errors.ts";
import { loadBalancers, type ListenerRecord, type LoadBalancerRecord } from "./records.ts";

export async function findLoadBalancer(
  tx: Transaction,
  scope: Scope,
  name: string | undefined,
): Promise<LoadBalancerRecord> {
  const found = await loadBalancers.get(tx, scope, name ?? "");
  if (!found) throw loadBalancerNotFound(name ?? "");
  return found;
}

export function findListener(balancer: LoadBalancerRecord, port: number): ListenerRecord {
  const found = balancer.listeners.find((listener) => listener.port === port);
  if (!found) throw listenerNotFound(balancer.name, port);
  return found;
}

/** Reads a load balancer and writes what the function makes of it. */
export async function changeLoadBalancer(
  tx: Transaction,
  scope: Scope,
  name: string | undefined,
  change: (present: LoadBalancerRecord) => LoadBalancerRecord,
): Promise<LoadBalancerRecord> {
  const present = await findLoadBalancer(tx, scope, name);
  const changed = change(present);
  loadBalancers.put(tx, scope, [changed.name], changed);
  return changed;
}
