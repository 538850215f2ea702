/** Where instances may stand: placement groups, On-Demand Capacity Reservations, Dedicated Hosts. */
import { collection, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { Tags } from "#services/kit/tags.ts";
import { ec2Error } from "../errors.ts";
import { checkIdForm } from "../ids.ts";
import { instances, type InstanceRecord } from "../instances/records.ts";
import { tagOwner, type TagOwner } from "../tags.ts";

export interface PlacementGroupRecord {
  groupId: string;
  groupName: string;
  strategy: "cluster" | "spread" | "partition";
  partitionCount?: number;
  spreadLevel?: "rack";
  tags: Tags;
}

/** Key: name. */
export const placementGroups = collection<PlacementGroupRecord>("ec2", "placement-group");

export const groupUnknown = (name: string) =>
  ec2Error("InvalidPlacementGroup.Unknown", `The Placement Group '${name}' is unknown.`);
export const groupIdUnknown = (id: string) =>
  ec2Error("InvalidPlacementGroupId.Unknown", `The Placement Group ID '${id}' is unknown.`);

/** By name or by id. Undefined when neither is given. */
export async function findPlacementGroup(
  tx: Transaction,
  scope: Scope,
  { GroupName, GroupId }: { GroupName?: string | undefined; GroupId?: string | undefined },
): Promise<PlacementGroupRecord | undefined> {
  if (GroupId) {
    const all = await placementGroups.list(tx, scope);
    const found = all.find(({ groupId }) => groupId === GroupId);
    if (!found) throw groupIdUnknown(GroupId);
    return found;
  }
  if (!GroupName) return undefined;
  const found = await placementGroups.get(tx, scope, GroupName);
  if (!found) throw groupUnknown(GroupName);
  return found;
}

/** Tags name placement groups by id, records by name. */
export const placementGroupTags: TagOwner = {
  resourceType: "placement-group",
  prefix: "pg",
  notFound: groupIdUnknown,
  async read(tx, scope, id) {
    return (await placementGroups.list(tx, scope)).find(({ groupId }) => groupId === id)?.tags;
  },
  async write(tx, scope, id, tags) {
    const group = (await placementGroups.list(tx, scope)).find(({ groupId }) => groupId === id);
    if (group) placementGroups.put(tx, scope, [group.groupName], { ...group, tags });
  },
  async list(tx, scope) {
    const all = await placementGroups.list(tx, scope);
    return all.map(({ groupId, tags }) => ({ id: groupId, tags }));
  },
};

export interface CapacityReservationRecord {
  reservationId: string;
  ownerId: string;
  instanceType: string;
  platform: string;
  zone: string;
  tenancy: "default" | "dedicated";
  total: number;
  ebsOptimized: boolean;
  endMs?: number;
  matches: "open" | "targeted";
  placementGroupArn?: string;
  cancelledMs?: number;
  createdMs: number;
  tags: Tags;
}

export const capacityReservations = collection<CapacityReservationRecord>(
  "ec2",
  "capacity-reservation",
);

const reservationNotFound = (id: string) =>
  ec2Error(
    "InvalidCapacityReservationId.NotFound",
    `The capacity reservation '${id}' does not exist.`,
  );

export const reservationTags = tagOwner({
  resourceType: "capacity-reservation",
  prefix: "cr",
  records: capacityReservations,
  notFound: reservationNotFound,
});

export async function findReservation(
  tx: Transaction,
  scope: Scope,
  id: string,
): Promise<CapacityReservationRecord> {
  checkIdForm(id, "cr", "InvalidCapacityReservationId.Malformed");
  const found = await capacityReservations.get(tx, scope, id);
  if (!found) throw reservationNotFound(id);
  return found;
}

export function reservationState(
  { cancelledMs, endMs }: CapacityReservationRecord,
  nowMs: number,
): "active" | "expired" | "cancelled" {
  if (cancelledMs !== undefined) return "cancelled";
  return endMs !== undefined && nowMs >= endMs ? "expired" : "active";
}

/** An instance that is stopped gives its place back. */
const standing = ({ state }: InstanceRecord) => state === "pending" || state === "running";

export async function instancesIn(
  tx: Transaction,
  scope: Scope,
  reservationId: string,
): Promise<InstanceRecord[]> {
  return (await instances.list(tx, scope)).filter(
    (one) => one.capacityReservationId === reservationId && standing(one),
  );
}

export interface HostRecord {
  hostId: string;
  zone: string;
  /** One type, or a family that allows several sizes. */
  instanceType?: string;
  instanceFamily: string;
  totalVcpus: number;
  cores: number;
  autoPlacement: "on" | "off";
  hostRecovery: "on" | "off";
  hostMaintenance: "on" | "off";
  clientToken?: string;
  allocatedMs: number;
  releasedMs?: number;
  tags: Tags;
}

export const hosts = collection<HostRecord>("ec2", "dedicated-host");

export const hostNotFound = (id: string) =>
  ec2Error("InvalidHostID.NotFound", `The host ID '${id}' does not exist.`);

export const hostTags = tagOwner({
  resourceType: "dedicated-host",
  prefix: "h",
  records: hosts,
  notFound: hostNotFound,
});

export async function instancesOn(
  tx: Transaction,
  scope: Scope,
  hostId: string,
): Promise<InstanceRecord[]> {
  return (await instances.list(tx, scope)).filter(
    (one) => one.placement?.hostId === hostId && one.state !== "terminated",
  );
}
