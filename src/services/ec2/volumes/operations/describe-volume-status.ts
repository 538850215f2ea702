import type { VolumeStatusItem } from "@aws-sdk/client-ec2";
import { zoneNamed } from "#services/kit/facts/zones.ts";
import type { Ec2Operation } from "../../context.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { selectByIds } from "../../ids.ts";
import { stalledVolumes } from "../../faults/records.ts";
import { pageOf } from "../../paging.ts";
import { volumeNotFound, volumes, type VolumeRecord } from "../records.ts";

interface Row {
  volume: VolumeRecord;
  /** Its I/O stands still. */
  stalled: boolean;
}

/** A volume whose bytes are still on their way has not been checked yet. */
const check = ({ volume: { state }, stalled }: Row) => {
  if (stalled) return "impaired" as const;
  return state === "creating" || state === "error"
    ? ("insufficient-data" as const)
    : ("ok" as const);
};

const filters: FilterTable<Row> = {
  "action.code": () => undefined,
  "action.description": () => undefined,
  "action.event-id": () => undefined,
  "availability-zone": ({ volume }) => volume.zone,
  "availability-zone-id": ({ volume: { zone } }) => zoneNamed(zone.slice(0, -1), zone)?.zoneId,
  "event.description": () => undefined,
  "event.event-id": () => undefined,
  "event.event-type": () => undefined,
  "event.not-after": () => undefined,
  "event.not-before": () => undefined,
  "operator.managed": () => false,
  "operator.principal": () => undefined,
  "volume-status.details-name": () => ["io-enabled", "io-performance"],
  "volume-status.details-status": (row) => [passed(row), performance(row)],
  "volume-status.status": check,
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumeStatus.html */
export const describeVolumeStatus: Ec2Operation<"DescribeVolumeStatus"> = async (
  input,
  context,
) => {
  const all = await context.store.transaction(async (tx) => {
    const stalled = await stalledVolumes(tx, context);
    return (await volumes.list(tx, context)).map((volume): Row => ({
      volume,
      stalled: stalled.has(volume.volumeId),
    }));
  });
  const wanted = selectByIds(all, input.VolumeIds, ({ volume }) => volume.volumeId, {
    prefix: "vol",
    malformedCode: "InvalidParameterValue",
    notFound: (ids) => volumeNotFound(ids[0]!),
  });
  const { items, NextToken } = pageOf(
    applyFilters(wanted, input.Filters, filters),
    input,
    ({ volume }) => volume.volumeId,
  );
  return { VolumeStatuses: items.map(describe), NextToken };
};

const passed = ({ volume: { state } }: Row) =>
  state === "creating" || state === "error" ? "failed" : "passed";

/** AWS measures the performance of provisioned volumes, for others it says that it does not apply. */
function performance({ volume: { volumeType, attachment }, stalled }: Row): string {
  if (stalled) return "stalled";
  return ["io1", "io2", "gp3"].includes(volumeType) && attachment ? "normal" : "not-applicable";
}

function describe(row: Row): VolumeStatusItem {
  const { volumeId, zone } = row.volume;
  return {
    VolumeId: volumeId,
    AvailabilityZone: zone,
    AvailabilityZoneId: zoneNamed(zone.slice(0, -1), zone)?.zoneId,
    Actions: [],
    Events: [],
    AttachmentStatuses: [],
    VolumeStatus: {
      Status: check(row),
      Details: [
        { Name: "io-enabled", Status: passed(row) },
        { Name: "io-performance", Status: performance(row) },
      ],
    },
  };
}
