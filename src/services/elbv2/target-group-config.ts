/** From target groups' records to what the data plane is told. */
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { attributeOf, targetGroupAttributes } from "./attributes.ts";
import type { TargetConfig, TargetGroupConfig } from "#traffic/application/config.ts";
import type { FunctionBridges } from "./functions/bridges.ts";
import { reachAs } from "./health/reach-target.ts";
import { type LoadBalancerRecord, type TargetGroupRecord, type TargetRecord } from "./records.ts";
import type { State } from "./state.ts";
import { isLeft } from "./zonal-shift.ts";
import { wallTime } from "#services/kit/load-balancing/wall-time.ts";
import type { BalancerRecords } from "./balancer-records.ts";

export async function targetGroupConfig(
  env: Environment,
  { functions }: State,
  scope: Scope,
  { record, targets: registered }: BalancerRecords["groups"][number],
  balancer: LoadBalancerRecord,
  zones: readonly string[],
): Promise<TargetGroupConfig> {
  const attribute = (key: string) => attributeOf(targetGroupAttributes, record.attributes, key);
  const seconds = (key: string) => wallTime(env.clock, Number(attribute(key)) * 1000);
  const configs = await Promise.all(
    registered.map((target) =>
      targetConfig(env, functions, scope, record, target, balancer, zones),
    ),
  );
  return {
    arn: record.arn,
    tls: record.protocol === "HTTPS",
    functions: record.targetType === "lambda",
    version: record.version ?? "HTTP1",
    algorithm: attribute("load_balancing.algorithm.type") as TargetGroupConfig["algorithm"],
    slowStartMs: seconds("slow_start.duration_seconds"),
    crossZone: attribute("load_balancing.cross_zone.enabled") !== "false",
    stickiness: stickinessOf(attribute, seconds),
    anomalyMitigation: attribute("load_balancing.algorithm.anomaly_mitigation") === "on",
    minimumHealthy: thresholdOf(record, "unhealthy_state_routing"),
    targets: configs.filter((config) => config !== undefined),
  };
}

/** How many targets must be healthy lest the action be taken; 0 for "off". */
export function thresholdOf(
  { attributes }: TargetGroupRecord,
  action: "dns_failover" | "unhealthy_state_routing",
): { count: number; percentage: number } {
  const number = (name: string) => {
    const key = `target_group_health.${action}.minimum_healthy_targets.${name}`;
    const value = attributeOf(targetGroupAttributes, attributes, key);
    return value === "off" ? 0 : Number(value);
  };
  return { count: number("count"), percentage: number("percentage") };
}

function stickinessOf(
  attribute: (key: string) => string,
  seconds: (key: string) => number,
): TargetGroupConfig["stickiness"] {
  if (attribute("stickiness.enabled") !== "true") return undefined;
  if (attribute("stickiness.type") === "lb_cookie")
    return { type: "lb_cookie", durationMs: seconds("stickiness.lb_cookie.duration_seconds") };
  return {
    type: "app_cookie",
    durationMs: seconds("stickiness.app_cookie.duration_seconds"),
    cookieName: attribute("stickiness.app_cookie.cookie_name"),
  };
}

async function targetConfig(
  env: Environment,
  functions: FunctionBridges,
  scope: Scope,
  group: TargetGroupRecord,
  target: TargetRecord,
  balancer: LoadBalancerRecord,
  zones: readonly string[],
): Promise<TargetConfig | undefined> {
  const { state } = target.health;
  if (state === "unused") return undefined;
  if (target.zone !== "all" && !zones.includes(target.zone)) return undefined;
  const healthyForMs = env.clock.now() - (target.healthySinceMs ?? env.clock.now());
  return {
    key: `${target.id}:${target.port}`,
    zone: target.zone,
    ...(await reachAs(env, scope, balancer, group, target, functions)),
    // Requests that are under way in a zone that is left come to their ends.
    state: isLeft(group, balancer, target)
      ? "draining"
      : state === "unhealthy.draining"
        ? "unhealthy"
        : state,
    healthyForMs: wallTime(env.clock, healthyForMs),
  };
}
