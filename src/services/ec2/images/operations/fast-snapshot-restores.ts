/** Fast snapshot restore is kept and told: volumes have all their bytes when they are available anyway. */
import { dateOf } from "#runtime/date.ts";
import { collection } from "#store/collection.ts";
import { zonesOf } from "#services/kit/facts/zones.ts";
import type { Ec2Context, Ec2Operation } from "../../context.ts";
import { invalidZone, missingParameter } from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { pageOf } from "../../paging.ts";
import { snapshotNotFound, visibleSnapshot } from "../records.ts";

interface FastRestore {
  snapshotId: string;
  zone: string;
  ownerId: string;
  enabledMs: number;
}

/** [snapshotId, zone] */
const restores = collection<FastRestore>("ec2", "fast-snapshot-restore");

interface Request {
  AvailabilityZones?: string[] | undefined;
  AvailabilityZoneIds?: string[] | undefined;
}

function zonesAskedFor({ AvailabilityZones, AvailabilityZoneIds }: Request, context: Ec2Context) {
  const all = zonesOf(context.region);
  const names = (AvailabilityZones ?? []).map((name) => {
    if (!all.some(({ zoneName }) => zoneName === name)) throw invalidZone(name);
    return name;
  });
  const byId = (AvailabilityZoneIds ?? []).map((id) => {
    const found = all.find(({ zoneId }) => zoneId === id);
    if (!found) throw invalidZone(id);
    return found.zoneName;
  });
  if (names.length + byId.length === 0) throw missingParameter("AvailabilityZone");
  return [...new Set([...names, ...byId])];
}

function describe({ snapshotId, zone, ownerId, enabledMs }: FastRestore, context: Ec2Context) {
  const enabled = dateOf(enabledMs);
  return {
    SnapshotId: snapshotId,
    AvailabilityZone: zone,
    AvailabilityZoneId: zonesOf(context.region).find(({ zoneName }) => zoneName === zone)?.zoneId,
    State: "enabled" as const,
    StateTransitionReason: "Client.UserInitiated - Lifecycle state transition",
    OwnerId: ownerId,
    EnablingTime: enabled,
    OptimizingTime: enabled,
    EnabledTime: enabled,
  };
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EnableFastSnapshotRestores.html */
export const enableFastSnapshotRestores: Ec2Operation<"EnableFastSnapshotRestores"> = async (
  input,
  context,
) => {
  const zones = zonesAskedFor(input, context);
  const enabledMs = context.clock.now();
  const made = await context.store.transaction(async (tx) => {
    const found: FastRestore[] = [];
    for (const snapshotId of input.SourceSnapshotIds ?? []) {
      await visibleSnapshot(tx, context, snapshotId);
      for (const zone of zones) {
        const record = { snapshotId, zone, ownerId: context.account, enabledMs };
        restores.put(tx, context, [snapshotId, zone], record);
        found.push(record);
      }
    }
    return found;
  });
  const Successful = made.map((one) => ({
    ...describe(one, context),
    State: "enabling" as const,
    StateTransitionReason: "Client.UserInitiated",
    OptimizingTime: undefined,
    EnabledTime: undefined,
  }));
  return { Successful, Unsuccessful: [] };
};

export const disableFastSnapshotRestores: Ec2Operation<"DisableFastSnapshotRestores"> = async (
  input,
  context,
) => {
  const zones = zonesAskedFor(input, context);
  const disabling = dateOf(context.clock.now());
  const gone = await context.store.transaction(async (tx) => {
    const found: FastRestore[] = [];
    for (const snapshotId of input.SourceSnapshotIds ?? [])
      for (const zone of zones) {
        const record = await restores.get(tx, context, snapshotId, zone);
        if (!record) throw snapshotNotFound(snapshotId);
        restores.delete(tx, context, snapshotId, zone);
        found.push(record);
      }
    return found;
  });
  const Successful = gone.map((one) => ({
    ...describe(one, context),
    State: "disabling" as const,
    StateTransitionReason: "Client.UserInitiated",
    DisablingTime: disabling,
  }));
  return { Successful, Unsuccessful: [] };
};

const filters: FilterTable<FastRestore> = {
  "availability-zone": ({ zone }) => zone,
  "availability-zone-id": ({ zone }) =>
    zonesOf(zone.slice(0, -1)).find(({ zoneName }) => zoneName === zone)?.zoneId,
  "owner-id": ({ ownerId }) => ownerId,
  "snapshot-id": ({ snapshotId }) => snapshotId,
  state: () => "enabled",
};

export const describeFastSnapshotRestores: Ec2Operation<"DescribeFastSnapshotRestores"> = async (
  input,
  context,
) => {
  const all = await context.store.transaction((tx) => restores.list(tx, context));
  const { items, NextToken } = pageOf(
    applyFilters(all, input.Filters, filters),
    input,
    ({ snapshotId, zone }) => `${snapshotId}/${zone}`,
    { least: 0, most: 200 },
  );
  return { FastSnapshotRestores: items.map((one) => describe(one, context)), NextToken };
};
