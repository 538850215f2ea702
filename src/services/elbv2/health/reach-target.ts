/** How a target is reached, and its health where only a driver's model can tell. */
import type { Reach } from "#compute/driver.ts";
import { isLoopback, sendsFromOwnAddress } from "#services/kit/load-balancing/reach.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import type { HealthCheckResult } from "#traffic/application/config.ts";
import { describeInstance, instanceWithAddress } from "../network.ts";
import { readArn } from "../arns.ts";
import type { FunctionBridges } from "../functions/bridges.ts";
import { listeners, type TargetGroupRecord, type TargetRecord } from "../records.ts";

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

/** Whether the client's own address can be shown to targets: where that is no security group's business. */
export function preservesClients(env: Environment): boolean {
  return env.compute.name !== "docker" && !sendsFromOwnAddress(env);
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
