/** Decides where a new or a starting instance stands, as far as somebody asks for it. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import {
  ec2Error,
  invalidParameterCombination,
  invalidParameterValue,
  unsupportedParameter,
} from "../errors.ts";
import { instances, type InstancePlacement, type InstanceRecord } from "../instances/records.ts";
import type { LaunchRequest } from "../instances/run/launch-request.ts";
import {
  capacityReservations,
  findPlacementGroup,
  findReservation,
  hostNotFound,
  hosts,
  instancesIn,
  instancesOn,
  reservationState,
  type CapacityReservationRecord,
  type HostRecord,
  type PlacementGroupRecord,
} from "./records.ts";

/** "A maximum of seven running instances per Availability Zone per group." https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/placement-strategies.html */
const mostSpread = 7;

interface Standing {
  instanceType: string;
  zone: string;
  vcpus: number;
  tenancy: string;
}

type Placement = NonNullable<LaunchRequest["Placement"]>;

/** Throws where the group, the host or their limits do not allow it. Undefined for anywhere. */
export async function placementFor(
  tx: Transaction,
  scope: Scope,
  asked: Placement,
  instance: Standing,
): Promise<InstancePlacement | undefined> {
  const group = await findPlacementGroup(tx, scope, asked);
  const inGroup = group && (await joinGroup(tx, scope, group, asked.PartitionNumber, instance));
  if (!group && asked.PartitionNumber)
    throw invalidParameterCombination(
      "The parameter PartitionNumber requires a placement group of strategy partition.",
    );
  const host = await hostFor(tx, scope, asked, instance);
  if (!inGroup && !host) return undefined;
  return {
    ...inGroup,
    ...(host && { hostId: host.hostId, affinity: asked.Affinity === "host" ? "host" : "default" }),
  };
}

async function joinGroup(
  tx: Transaction,
  scope: Scope,
  group: PlacementGroupRecord,
  partition: number | undefined,
  { instanceType, zone }: Standing,
): Promise<InstancePlacement> {
  const { groupId, groupName, strategy, partitionCount = 0 } = group;
  const catalog = await import("../instance-types/catalog.ts");
  const supported: readonly string[] =
    catalog.instanceTypeNamed(instanceType)?.PlacementGroupInfo?.SupportedStrategies ?? [];
  if (!supported.includes(strategy))
    throw invalidParameterCombination(
      `${strategy[0]!.toUpperCase()}${strategy.slice(1)} placement groups are not supported by the '${instanceType}' instance type. Specify a supported instance type or change the placement group strategy, and try again.`,
    );
  const present = (await instances.list(tx, scope)).filter(
    (one) =>
      one.placement?.groupId === groupId && (one.state === "running" || one.state === "pending"),
  );
  if (strategy !== "partition" && partition)
    throw invalidParameterCombination(
      "The parameter PartitionNumber requires a placement group of strategy partition.",
    );
  if (strategy === "cluster" && present.some((one) => one.zone !== zone))
    throw invalidParameterCombination(
      `The placement group '${groupName}' is a cluster placement group, which can't span multiple Availability Zones.`,
    );
  if (strategy === "spread" && present.filter((one) => one.zone === zone).length >= mostSpread)
    throw ec2Error(
      "InstanceLimitExceeded",
      `The spread placement group '${groupName}' has its maximum of ${mostSpread} running instances in ${zone}.`,
    );
  if (strategy !== "partition") return { groupId, groupName };
  if (partition !== undefined && (partition < 1 || partition > partitionCount))
    throw invalidParameterValue(
      `Value (${partition}) for parameter partitionNumber is invalid. The placement group '${groupName}' has partitions 1 to ${partitionCount}.`,
    );
  // "Amazon EC2 attempts to evenly distribute the instances across all partitions."
  const crowd = Array.from(
    { length: partitionCount },
    (_none, index) => present.filter((one) => one.placement?.partitionNumber === index + 1).length,
  );
  const partitionNumber = partition ?? crowd.indexOf(Math.min(...crowd)) + 1;
  return { groupId, groupName, partitionNumber };
}

async function hostFor(
  tx: Transaction,
  scope: Scope,
  { HostId, HostResourceGroupArn, Affinity }: Placement,
  instance: Standing,
): Promise<HostRecord | undefined> {
  if (HostResourceGroupArn) throw unsupportedParameter("Placement.HostResourceGroupArn");
  if (instance.tenancy !== "host") {
    if (HostId || Affinity === "host")
      throw invalidParameterCombination(
        "The parameters HostId and Affinity require the tenancy host.",
      );
    return undefined;
  }
  const fits = async (host: HostRecord) => {
    if (host.releasedMs !== undefined || host.zone !== instance.zone) return false;
    const [family] = instance.instanceType.split(".");
    if (
      host.instanceType
        ? host.instanceType !== instance.instanceType
        : host.instanceFamily !== family
    )
      return false;
    const used = (await instancesOn(tx, scope, host.hostId)).reduce(
      (sum, one) => sum + one.vcpus,
      0,
    );
    return used + instance.vcpus <= host.totalVcpus;
  };
  if (HostId) {
    const host = await hosts.get(tx, scope, HostId);
    if (!host || host.releasedMs !== undefined) throw hostNotFound(HostId);
    if (!(await fits(host))) throw noHostCapacity(instance);
    return host;
  }
  for (const host of await hosts.list(tx, scope))
    if (host.autoPlacement === "on" && (await fits(host))) return host;
  throw noHostCapacity(instance);
}

const noHostCapacity = ({ instanceType, zone }: Standing) =>
  ec2Error(
    "InsufficientHostCapacity",
    `There is no Dedicated Host in ${zone} with capacity for an instance of type ${instanceType}.`,
  );

type Specification = NonNullable<LaunchRequest["CapacityReservationSpecification"]>;

/** What an instance keeps of its capacity reservation specification. Throws for what is not supported. */
export function reservationWish(
  given: Specification | undefined,
): InstanceRecord["reservationWish"] {
  const { CapacityReservationPreference: preference, CapacityReservationTarget: target } =
    given ?? {};
  if (target?.CapacityReservationResourceGroupArn)
    throw unsupportedParameter(
      "CapacityReservationSpecification.CapacityReservationTarget.CapacityReservationResourceGroupArn",
    );
  if (preference && target)
    throw invalidParameterCombination(
      "CapacityReservationPreference and CapacityReservationTarget cannot be specified together.",
    );
  if (target?.CapacityReservationId) return { targetId: target.CapacityReservationId };
  return preference ? { preference } : undefined;
}

/**
 * The reservation in which the instance runs; undefined for none. Throws where it must have one and
 * there is none with room. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/capacity-reservations-launch.html
 */
export async function reserve(
  tx: Transaction,
  scope: Scope,
  wish: InstanceRecord["reservationWish"],
  instance: Standing & { spot: boolean },
  nowMs: number,
): Promise<string | undefined> {
  const { preference = "open", targetId } = wish ?? {};
  if (targetId !== undefined) {
    const target = await findReservation(tx, scope, targetId);
    if (!suits(target, instance, nowMs))
      throw invalidParameterValue(
        `The capacity reservation '${targetId}' does not match the instance's type, Availability Zone, platform or tenancy, or is not active.`,
      );
    if (!(await hasRoom(tx, scope, target))) throw reservationExceeded();
    return targetId;
  }
  if (preference === "none" || instance.spot) return undefined;
  for (const one of await capacityReservations.list(tx, scope))
    if (one.matches === "open" && suits(one, instance, nowMs) && (await hasRoom(tx, scope, one)))
      return one.reservationId;
  if (preference === "capacity-reservations-only") throw reservationExceeded();
  return undefined;
}

const reservationExceeded = () =>
  ec2Error(
    "ReservationCapacityExceeded",
    "The requested reservation does not have sufficient compatible and available capacity for this request.",
  );

function suits(one: CapacityReservationRecord, instance: Standing, nowMs: number): boolean {
  return (
    reservationState(one, nowMs) === "active" &&
    one.instanceType === instance.instanceType &&
    one.zone === instance.zone &&
    one.tenancy === instance.tenancy &&
    one.platform === "Linux/UNIX"
  );
}

async function hasRoom(
  tx: Transaction,
  scope: Scope,
  { reservationId, total }: CapacityReservationRecord,
): Promise<boolean> {
  return (await instancesIn(tx, scope, reservationId)).length < total;
}
