import type { AvailabilityZone } from "@aws-sdk/client-ec2";
import type { Ec2Operation } from "../../context.ts";
import { darkZones } from "../../faults/records.ts";
import { invalidZone } from "../../errors.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { zonesOf } from "#services/kit/facts/zones.ts";

const filters: FilterTable<AvailabilityZone> = {
  "group-long-name": (zone) => zone.GroupLongName,
  "group-name": (zone) => zone.GroupName,
  message: (zone) => zone.Messages?.map(({ Message }) => Message),
  "opt-in-status": (zone) => zone.OptInStatus,
  "parent-zone-id": () => undefined,
  "parent-zone-name": () => undefined,
  "region-name": (zone) => zone.RegionName,
  state: (zone) => zone.State,
  "zone-id": (zone) => zone.ZoneId,
  "zone-name": (zone) => zone.ZoneName,
  "zone-type": (zone) => zone.ZoneType,
};

export const describeAvailabilityZones: Ec2Operation<"DescribeAvailabilityZones"> = async (
  input,
  context,
) => {
  const names = new Set(input.ZoneNames);
  const ids = new Set(input.ZoneIds);
  const zones = zonesOf(context.region);
  for (const name of names)
    if (!zones.some((zone) => zone.zoneName === name)) throw invalidZone(name);
  for (const id of ids) if (!zones.some((zone) => zone.zoneId === id)) throw invalidZone(id);
  const dark = await context.store.transaction((tx) => darkZones(tx, context));
  const wanted = zones
    .filter((zone) => names.size === 0 || names.has(zone.zoneName))
    .filter((zone) => ids.size === 0 || ids.has(zone.zoneId))
    .map((zone): AvailabilityZone => ({
      State: dark.has(zone.zoneName) ? "impaired" : "available",
      OptInStatus: "opt-in-not-required",
      Messages: dark.has(zone.zoneName)
        ? [{ Message: `Instances in ${zone.zoneName} have lost their power.` }]
        : [],
      RegionName: zone.regionName,
      ZoneName: zone.zoneName,
      ZoneId: zone.zoneId,
      GroupName: `${zone.regionName}-zg-1`,
      GroupLongName: `${zone.regionName} 1`,
      NetworkBorderGroup: zone.regionName,
      ZoneType: "availability-zone",
    }));
  return { AvailabilityZones: applyFilters(wanted, input.Filters, filters) };
};
