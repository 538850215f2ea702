/** An instance as a load balancer reaches it, if its security groups let it out. */
import type { Reach } from "#compute/driver.ts";
import { letsOut } from "#services/kit/load-balancing/firewall.ts";
import { reachFrom } from "#services/kit/load-balancing/reach.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { LoadBalancerRecord } from "../records.ts";

export async function reachInstance(
  env: Environment,
  scope: Scope,
  balancer: LoadBalancerRecord,
  instanceId: string,
  port: number,
): Promise<{ reach: Reach | undefined; blocked?: true }> {
  if (!letsOut(env, scope, balancer, { instanceId, port }))
    return { reach: undefined, blocked: true };
  const reach = await env.compute.reach(instanceId, port);
  return { reach: reachFrom(env, reach, balancer.loopbackHost) };
}
