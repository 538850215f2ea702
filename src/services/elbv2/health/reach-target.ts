/** How a target is reached, and its health where only a driver's model can tell. */
import type { Reach } from "#compute/driver.ts";
import {
  isLetInByGroup,
  letsOut,
  type Destination,
} from "#services/kit/load-balancing/firewall.ts";
import { isLoopback, reachFrom } from "#services/kit/load-balancing/reach.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { HealthCheckResult } from "#traffic/application/config.ts";
import { isNetwork } from "../kinds.ts";
import { describeInstance, instanceWithAddress } from "../network.ts";
import { readArn } from "../arns.ts";
import type { FunctionBridges } from "../functions/bridges.ts";
import {
  listeners,
  type LoadBalancerRecord,
  type TargetGroupRecord,
  type TargetRecord,
} from "../records.ts";

/** `functions` leads to those; without it they are not reached. */
export async function reachTarget(
  env: Environment,
  scope: Scope,
  group: TargetGroupRecord,
  id: string,
  port: number,
  functions?: FunctionBridges,
): Promise<Reach | undefined> {
  if (group.targetType === "lambda") return functions?.reach(scope, group, id);
  if (group.targetType === "instance") return env.compute.reach(id, port);
  if (group.targetType === "alb") return reachBalancer(env, scope, id, port);
  // An address of the VPC is an instance's; how to get there only its driver knows.
  const instance = isLoopback(id)
    ? undefined
    : await instanceWithAddress(env, scope, group.vpcId, id);
  return instance ? env.compute.reach(instance.instanceId, port) : { host: id, port };
}

/** A target as one load balancer reaches it, if its security groups let it out. */
export async function reachAs(
  env: Environment,
  scope: Scope,
  balancer: LoadBalancerRecord,
  group: TargetGroupRecord,
  { id, port }: Pick<TargetRecord, "id" | "port">,
  functions?: FunctionBridges,
): Promise<{ reach: Reach | undefined; blocked?: true; hidesClient?: true }> {
  const reach = await reachTarget(env, scope, group, id, port, functions);
  const destination = destinationOf(group, id, port, reach);
  const protocol = group.protocol === "UDP" ? "udp" : "tcp";
  if (destination && !letsOut(env, scope, balancer, destination, protocol))
    return { reach: undefined, blocked: true };
  const own = reachFrom(env, reach, balancer.loopbackHost, group.targetType === "alb");
  if (
    isNetwork(balancer) &&
    destination &&
    isLetInByGroup(env, scope, balancer, destination, protocol)
  )
    return { reach: own, hidesClient: true };
  return { reach: own };
}

/** Undefined for what no security group stands before. */
function destinationOf(
  { targetType }: TargetGroupRecord,
  id: string,
  port: number,
  reach: Reach | undefined,
): Destination | undefined {
  switch (targetType) {
    case "instance":
      return { instanceId: id, port };
    case "ip":
      return { address: id, port };
    case "alb":
      return reach && "host" in reach ? { host: reach.host, port } : undefined;
    case "lambda":
      return undefined;
  }
}

/** Where a load balancer's listener is bound; undefined while there is none on that port. */
async function reachBalancer(
  env: Pick<Environment, "store">,
  scope: Scope,
  arn: string,
  port: number,
): Promise<Reach | undefined> {
  const [name] = readArn("load balancer", arn);
  const own = await env.store.transaction((tx) => listeners.list(tx, scope, [name]));
  return own.find((listener) => listener.port === port)?.bound;
}

/** Whether the client's own address can be shown to targets: where machines are reached on loopback addresses. */
export function preservesClients(env: Environment): boolean {
  return env.compute.name !== "docker";
}

/** The state of a target's instance when that forbids traffic, such as "stopped". */
export async function forbiddingState(
  env: Environment,
  scope: Scope,
  group: TargetGroupRecord,
  target: TargetRecord,
): Promise<string | undefined> {
  if (group.targetType !== "instance") return undefined;
  const instance = await describeInstance(env, scope, target.id);
  if (!instance) return "terminated";
  return instance.state === "running" || instance.state === "pending" ? undefined : instance.state;
}

/**
 * The verdict on a target that no socket leads to: simulated machines answer when they run, any
 * other machine without an address refuses.
 */
export async function modelledCheck(
  env: Environment,
  target: TargetRecord,
): Promise<HealthCheckResult> {
  if (env.compute.name !== "simulated") return { healthy: false, reason: "failed" };
  const { state } = await env.compute.observe(target.id);
  return state === "running" ? { healthy: true } : { healthy: false, reason: "timeout" };
}
