/**
 * How far a load balancer is set up.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerState.html
 */
import type { InterfaceHolder } from "#services/kit/load-balancing/interfaces/reconciler.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { readHolder } from "./interfaces.ts";
import { loadBalancers, type LoadBalancerRecord } from "./records.ts";

/** It never got its network interfaces, and is not served. */
export function couldNotBeSetUp(holder: InterfaceHolder | undefined): boolean {
  return holder?.trouble?.isLasting === true && holder.addresses === undefined;
}

/** One that is served is active once it has its network interfaces, and impaired while it does not get those that it should have. */
export async function writeState(
  tx: Transaction,
  scope: Scope,
  { name, arn }: LoadBalancerRecord,
): Promise<void> {
  const balancer = await loadBalancers.get(tx, scope, name);
  const holder = balancer?.arn === arn ? await readHolder(tx, scope, balancer) : undefined;
  if (!balancer || !holder) return;
  const { addresses, trouble } = holder;
  const reason = trouble?.isLasting ? trouble.reason : undefined;
  // Until more is known it stays what it is.
  if (reason === undefined && (!addresses || (trouble && balancer.state !== "provisioning")))
    return;
  const state = reason === undefined ? "active" : addresses ? "active_impaired" : "failed";
  if (balancer.state === state && balancer.stateReason === reason) return;
  const { stateReason: _before, ...rest } = balancer;
  loadBalancers.put(tx, scope, [name], {
    ...rest,
    state,
    ...(reason !== undefined && { stateReason: reason }),
  });
}
