/**
 * Load balancers leave a zone that fails: what AWS's zonal autoshift does for those that allow it.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/zonal-shift.html
 */
import type { AdministrativeOverride } from "@aws-sdk/client-elastic-load-balancing-v2";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { attributeOf } from "./attributes.ts";
import { crossesZones } from "./cross-zone.ts";
import { invalidConfiguration } from "./errors.ts";
import { balancerTable, groupTable, isNetwork } from "./kinds.ts";
import { principal } from "./network.ts";
import {
  loadBalancers,
  type LoadBalancerRecord,
  type TargetGroupRecord,
  type TargetRecord,
} from "./records.ts";

/** How often zones are looked at, cloud time. */
export const shiftLookMs = 10_000;

const key = "zonal_shift.config.enabled";

export function allowsShift({ attributes }: Pick<LoadBalancerRecord, "attributes">): boolean {
  return attributes[key] === "true";
}

/**
 * The load balancer with what is written of its zones brought up to date. One zone is left at a time, and the
 * last one never.
 */
export async function followZones(
  env: Environment,
  scope: Scope,
  balancer: LoadBalancerRecord,
): Promise<LoadBalancerRecord> {
  const zone = allowsShift(balancer) ? await failedZone(env, scope, balancer) : undefined;
  if (zone === balancer.shiftedZone) return balancer;
  return env.store.transaction(async (tx) => {
    const present = await loadBalancers.get(tx, scope, balancer.name);
    const { shiftedZone: _before, ...rest } = present ?? balancer;
    const changed = { ...rest, ...(zone !== undefined && { shiftedZone: zone }) };
    if (present?.arn === balancer.arn) loadBalancers.put(tx, scope, [balancer.name], changed);
    return changed;
  });
}

async function failedZone(
  { clients }: Environment,
  scope: Scope,
  { zones }: LoadBalancerRecord,
): Promise<string | undefined> {
  const { AvailabilityZones = [] } = await clients
    .ec2(asService(scope, principal))
    .DescribeAvailabilityZones({ Filters: [{ Name: "state", Values: ["impaired"] }] });
  const failed = new Set(AvailabilityZones.map(({ ZoneName }) => ZoneName));
  const own = zones.map(({ zoneName }) => zoneName);
  const first = own.find((zone) => failed.has(zone));
  return own.every((zone) => failed.has(zone)) ? undefined : first;
}

/** Whether a target gets nothing new because its zone is left. Without cross-zone load balancing it is enough that the zone leaves DNS. */
export function isLeft(
  group: TargetGroupRecord,
  balancer: LoadBalancerRecord,
  { zone }: Pick<TargetRecord, "zone">,
): boolean {
  return zone === balancer.shiftedZone && crossesZones(group, balancer);
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AdministrativeOverride.html */
export function overrideOf(
  group: TargetGroupRecord,
  balancers: readonly LoadBalancerRecord[],
  zone: string | undefined,
): AdministrativeOverride {
  const left = balancers.find(
    ({ shiftedZone }) => shiftedZone !== undefined && shiftedZone === zone,
  );
  if (!left)
    return {
      State: "no_override",
      Reason: "AdministrativeOverride.NoOverride",
      Description: "No override is currently active on target",
    };
  return crossesZones(group, left)
    ? {
        State: "zonal_shift_active",
        Reason: "AdministrativeOverride.ZonalShiftActive",
        Description: "Zonal shift is currently active on target",
      }
    : {
        State: "zonal_shift_delegated_to_dns",
        Reason: "AdministrativeOverride.ZonalShiftDelegatedToDns",
        Description: "Zonal shift is delegated to DNS for target",
      };
}

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/network/enable-zonal-shift.html#prerequisites */
export function checkShift(
  balancer: LoadBalancerRecord,
  groups: readonly TargetGroupRecord[],
): void {
  const across = attributeOf(
    balancerTable(balancer),
    balancer.attributes,
    "load_balancing.cross_zone.enabled",
  );
  if (!allowsShift(balancer) || !isNetwork(balancer) || across !== "true") return;
  for (const group of groups) {
    const attribute = (name: string) => attributeOf(groupTable(group), group.attributes, name);
    const fits =
      (group.protocol === "TCP" || group.protocol === "TLS") &&
      group.targetType !== "alb" &&
      attribute("target_health_state.unhealthy.connection_termination.enabled") === "false" &&
      attribute("load_balancing.cross_zone.enabled") !== "false";
    if (!fits)
      throw invalidConfiguration(
        `Zonal shift cannot be enabled with cross-zone load balancing because the target group '${group.arn}' does not support it`,
      );
  }
}
