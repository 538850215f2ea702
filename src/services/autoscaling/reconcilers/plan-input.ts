/** Records as the plan sees them. */
import { misfit, type Allocation } from "../planning/allocation.ts";
import type { Consent } from "../planning/consent.ts";
import type { ActualMember, DesiredGroup } from "../planning/plan.ts";
import { templatesOf } from "../launch/offers.ts";
import type { GroupRecord, MemberRecord } from "../records.ts";
import type { Observation } from "./observe.ts";
import type { GroupView } from "./view.ts";

export function allocationOf(
  { mixed }: GroupRecord,
  { offers }: Pick<Observation, "offers">,
): Allocation | undefined {
  return mixed && offers && { distribution: mixed.distribution, offers };
}

export function desiredOf(
  { group, maintenance }: Pick<GroupView, "group" | "maintenance">,
  allocation: Allocation | undefined,
  nowMs: number,
  consent?: Consent,
): DesiredGroup {
  const short = Object.entries(group.shortages ?? {}).filter(([, { untilMs }]) => untilMs > nowMs);
  const shifted = new Set(group.shiftedZones);
  return {
    desired: group.desired,
    maxSize: group.maxSize,
    zones: group.zones,
    terminationPolicies: group.terminationPolicies,
    ...(consent && { consent }),
    suspended: new Set(Object.keys(group.suspended)),
    deleting: group.deleting,
    causes: group.causes,
    launchAfterMs: group.launchBackoff?.untilMs ?? 0,
    maxLifetimeMs:
      group.maxLifetimeSeconds === undefined ? undefined : group.maxLifetimeSeconds * 1000,
    ...(allocation && { allocation }),
    ...(group.balancedOnly && { balancedOnly: true }),
    ...(maintenance && { maintenance }),
    ...(group.warmPool && {
      warm: { ...group.warmPool, preparedCapacity: group.warmPool.preparedCapacity },
    }),
    avoid: new Set([...short.map(([place]) => place), ...shifted]),
    ...(shifted.size > 0 && {
      shifted,
      ignoreUnhealthy: group.zoneImpairment?.ImpairedZoneHealthCheckBehavior === "IgnoreUnhealthy",
    }),
  };
}

/** When the next zone or pool without capacity is tried again. */
export function nextTrial({ shortages = {} }: GroupRecord, nowMs: number): number | undefined {
  const moments = Object.values(shortages)
    .map(({ untilMs }) => untilMs)
    .filter((moment) => moment > nowMs);
  return moments.length > 0 ? Math.min(...moments) : undefined;
}

export function phaseOf({ state }: MemberRecord): ActualMember["phase"] {
  if (/^(Warmed:)?Terminating/.test(state) || state === "Detaching") return "terminating";
  if (state === "Warmed:Stopped" || state === "Warmed:Running") return "warm-ready";
  if (state.startsWith("Warmed:")) return "warm-pending";
  if (state === "Standby" || state === "EnteringStandby") return "standby";
  return state === "InService" ? "in-service" : "pending";
}

export function actualOf(
  member: MemberRecord,
  { group, endangered }: Pick<GroupView, "group" | "endangered">,
  allocation: Allocation | undefined,
): ActualMember {
  const version = member.launchTemplate && Number(member.launchTemplate.version);
  const current = group.mixed ? templatesOf(group.mixed) : [group.launchTemplate];
  const foreign =
    member.launchTemplate && !current.some((one) => one?.id === member.launchTemplate!.id);
  const instanceType = member.instanceType ?? member.choice?.instanceType;
  return {
    id: member.id,
    instanceId: member.instanceId,
    zone: member.zone,
    phase: phaseOf(member),
    healthy: member.health === "Healthy",
    unhealthyCause: member.unhealthyCause ?? "",
    protected: member.protected,
    createdMs: member.inServiceMs ?? member.createdMs,
    launchedMs: member.launchedMs,
    ...(member.dead && { dead: true }),
    ...(member.weight !== undefined && { weight: member.weight }),
    ...(member.spot && { spot: true }),
    ...(member.instanceId && endangered.has(member.instanceId) && { endangered: true }),
    ...(instanceType !== undefined && { instanceType }),
    ...(version !== undefined && { templateVersion: version }),
    ...(foreign && { foreignTemplate: true }),
    ...(member.launchConfigurationName !== undefined && {
      configurationMs: member.launchConfigurationMs ?? 0,
    }),
    ...(allocation && { misfit: misfit(allocation, { ...member, instanceType }) }),
  };
}

/**
 * The weight that an override gives the member's type now; "if you remove an instance type, any
 * running instances of that instance type will continue to have their last updated weight values".
 */
export function weightNow(
  member: MemberRecord,
  { mixed }: GroupRecord,
  allocation: Allocation | undefined,
): number | undefined {
  if (!mixed || !allocation) return member.weight;
  const weighted = mixed.overrides.some(({ weight }) => weight !== undefined);
  const type = member.instanceType ?? member.choice?.instanceType;
  const offer = allocation.offers.find(({ instanceType }) => instanceType === type);
  return weighted && offer ? offer.weight : member.weight;
}
