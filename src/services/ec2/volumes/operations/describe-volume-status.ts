import type { VolumeStatusItem } from "@aws-sdk/client-ec2";
import { zoneNamed } from "#services/kit/facts/zones.ts";
import type { Ec2Operation } from "../../context.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { selectByIds } from "../../ids.ts";
import { pageOf } from "../../paging.ts";
import { volumeNotFound, volumes, type VolumeRecord } from "../records.ts";

type Check = "ok" | "insufficient-data";

/** A volume whose bytes are still on their way has not been checked yet. */
const check = ({ state }: VolumeRecord): Check =>
  state === "creating" || state === "error" ? "insufficient-data" : "ok";

const filters: FilterTable<VolumeRecord> = {
  "action.code": () => undefined,
  "action.description": () => undefined,
  "action.event-id": () => undefined,
  "availability-zone": ({ zone }) => zone,
  "availability-zone-id": ({ zone }) => zoneNamed(zone.slice(0, -1), zone)?.zoneId,
  "event.description": () => undefined,
  "event.event-id": () => undefined,
  "event.event-type": () => undefined,
  "event.not-after": () => undefined,
  "event.not-before": () => undefined,
  "operator.managed": () => false,
  "operator.principal": () => undefined,
  "volume-status.details-name": () => ["io-enabled", "io-performance"],
  "volume-status.details-status": (volume) => [passed(volume), performance(volume)],
  "volume-status.status": check,
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumeStatus.html */
export const describeVolumeStatus: Ec2Operation<"DescribeVolumeStatus"> = async (
  input,
  context,
) => {
  const all = await context.store.transaction((tx) => volumes.list(tx, context));
  const wanted = selectByIds(all, input.VolumeIds, ({ volumeId }) => volumeId, {
    prefix: "vol",
    malformedCode: "InvalidParameterValue",
    notFound: (ids) => volumeNotFound(ids[0]!),
  });
  const { items, NextToken } = pageOf(
    applyFilters(wanted, input.Filters, filters),
    input,
    ({ volumeId }) => volumeId,
  );
  return { VolumeStatuses: items.map(describe), NextToken };
};

const passed = (volume: VolumeRecord) => (check(volume) === "ok" ? "passed" : "failed");
/** AWS measures the performance of provisioned volumes, for others it says that it does not apply. */
const performance = ({ volumeType, attachment }: VolumeRecord) =>
  ["io1", "io2", "gp3"].includes(volumeType) && attachment ? "normal" : "not-applicable";

function describe(volume: VolumeRecord): VolumeStatusItem {
  return {
    VolumeId: volume.volumeId,
    AvailabilityZone: volume.zone,
    AvailabilityZoneId: zoneNamed(volume.zone.slice(0, -1), volume.zone)?.zoneId,
    Actions: [],
    Events: [],
    AttachmentStatuses: [],
    VolumeStatus: {
      Status: check(volume),
      Details: [
        { Name: "io-enabled", Status: passed(volume) },
        { Name: "io-performance", Status: performance(volume) },
      ],
    },
  };
}
