import type { Ec2Operation } from "../../context.ts";
import { applyFilters, filterTime, type FilterTable } from "../../filters.ts";
import { selectByIds } from "../../ids.ts";
import { pageOf, refuseIdsWithPages } from "../../paging.ts";
import { zoneNamed } from "#services/kit/facts/zones.ts";
import { describeVolume } from "../describe.ts";
import { stateOfVolume, volumeNotFound, volumes, type VolumeRecord } from "../records.ts";

const filters: FilterTable<VolumeRecord> = {
  "attachment.attach-time": ({ attachment }) => attachment && filterTime(attachment.attachedMs),
  "attachment.delete-on-termination": ({ attachment }) => attachment?.deleteOnTermination,
  "attachment.device": ({ attachment }) => attachment?.device,
  "attachment.instance-id": ({ attachment }) => attachment?.instanceId,
  "attachment.status": ({ attachment }) => attachment && (attachment.state ?? "attached"),
  "availability-zone": (volume) => volume.zone,
  "availability-zone-id": (volume) => zoneNamed(volume.zone.slice(0, -1), volume.zone)?.zoneId,
  "create-time": (volume) => filterTime(volume.createdMs),
  encrypted: (volume) => volume.encrypted,
  "fast-restored": () => false,
  "multi-attach-enabled": () => false,
  "operator.managed": () => false,
  "operator.principal": () => undefined,
  size: (volume) => volume.sizeGiB,
  "snapshot-id": (volume) => volume.snapshotId ?? "",
  status: stateOfVolume,
  "volume-id": (volume) => volume.volumeId,
  "volume-type": (volume) => volume.volumeType,
};

export const describeVolumes: Ec2Operation<"DescribeVolumes"> = async (input, context) => {
  refuseIdsWithPages(input.VolumeIds, input, "volumesSet");
  const all = await context.store.transaction((tx) => volumes.list(tx, context));
  const wanted = selectByIds(all, input.VolumeIds, (volume) => volume.volumeId, {
    prefix: "vol",
    malformedCode: "InvalidParameterValue",
    notFound: (ids) => volumeNotFound(ids[0]!),
  });
  const { items, NextToken } = pageOf(
    applyFilters(wanted, input.Filters, filters, (volume) => volume.tags),
    input,
    (volume) => volume.volumeId,
  );
  return { Volumes: items.map(describeVolume), NextToken };
};
