import type { InstanceStatus, InstanceStatusSummary } from "@aws-sdk/client-ec2";
import { dateOf } from "#runtime/date.ts";
import type { Ec2Operation } from "../../context.ts";
import { stalledVolumes } from "../../faults/records.ts";
import { applyFilters, filterTime, type FilterTable } from "../../filters.ts";
import { pageOf, refuseIdsWithPages } from "../../paging.ts";
import { zoneNamed } from "#services/kit/facts/zones.ts";
import {
  instanceEvents,
  shownDescription,
  type InstanceEventRecord,
} from "../../instance-events/records.ts";
import { findInstances, instances, type InstanceRecord } from "../records.ts";
import { describeEvent } from "./modify-instance-event-start-time.ts";
import { stateCode, stateOf, statusChecks, type Check } from "../states.ts";

interface Row {
  record: InstanceRecord;
  instance: Check;
  system: Check;
  /** Of its volumes: impaired while one of them does not complete its I/O. */
  volumes: Check;
  impairedMs: number | undefined;
  events: InstanceEventRecord[];
}

const reachability: Record<
  Check,
  "passed" | "failed" | "initializing" | "insufficient-data" | undefined
> = {
  ok: "passed",
  impaired: "failed",
  initializing: "initializing",
  "insufficient-data": "insufficient-data",
  "not-applicable": undefined,
};

const filters: FilterTable<Row> = {
  "availability-zone": ({ record }) => record.zone,
  "availability-zone-id": ({ record }) => zoneNamed(record.zone.slice(0, -1), record.zone)?.zoneId,
  "event.code": ({ events }) => events.map(({ code }) => code),
  "event.description": ({ events }) => events.map(shownDescription),
  "event.instance-event-id": ({ events }) => events.map(({ eventId }) => eventId),
  "event.not-after": ({ events }) => events.map(({ notAfterMs }) => filterTime(notAfterMs)),
  "event.not-before": ({ events }) => events.map(({ notBeforeMs }) => filterTime(notBeforeMs)),
  "event.not-before-deadline": ({ events }) =>
    events.map(({ deadlineMs }) => filterTime(deadlineMs)),
  "instance-state-code": ({ record }) => stateCode(record.state),
  "instance-state-name": ({ record }) => record.state,
  "instance-status.reachability": ({ instance }) => reachability[instance],
  "instance-status.status": ({ instance }) => instance,
  "system-status.reachability": ({ system }) => reachability[system],
  "system-status.status": ({ system }) => system,
  "attached-ebs-status.status": ({ volumes }) => volumes,
};

/** Running instances, or all of them with IncludeAllInstances. */
export const describeInstanceStatus: Ec2Operation<"DescribeInstanceStatus"> = async (
  input,
  context,
) => {
  const { InstanceIds: ids } = input;
  refuseIdsWithPages(ids, input, "instancesSet");
  const { records, events, stalled } = await context.store.transaction(async (tx) => ({
    records: await (ids?.length ? findInstances(tx, context, ids) : instances.list(tx, context)),
    stalled: await stalledVolumes(tx, context),
    events: Map.groupBy(await instanceEvents.list(tx, context), ({ instanceId }) => instanceId),
  }));
  const nowMs = context.clock.now();
  const rows = records
    .filter((record) => input.IncludeAllInstances || record.state === "running")
    .map((record): Row => {
      const checks = statusChecks(record, nowMs);
      return {
        record,
        ...checks,
        volumes: volumeCheck(record, checks.system, stalled),
        events: events.get(record.instanceId) ?? [],
      };
    });
  const { items, NextToken } = pageOf(
    applyFilters(rows, input.Filters, filters, ({ record }) => record.tags),
    input,
    ({ record }) => record.instanceId,
  );
  return { InstanceStatuses: items.map(describe), NextToken };
};

function volumeCheck(
  { state, blockDevices }: InstanceRecord,
  system: Check,
  stalled: ReadonlySet<string>,
): Check {
  if (state === "running" && blockDevices.some(({ volumeId }) => stalled.has(volumeId)))
    return "impaired";
  // The disks of a dead machine are as they were.
  return system === "impaired" ? "ok" : system;
}

function describe({ record, instance, system, volumes, impairedMs, events }: Row): InstanceStatus {
  return {
    ...(events.length > 0 && { Events: events.map(describeEvent) }),
    AvailabilityZone: record.zone,
    AvailabilityZoneId: zoneNamed(record.zone.slice(0, -1), record.zone)?.zoneId,
    InstanceId: record.instanceId,
    InstanceState: stateOf(record.state),
    InstanceStatus: summary(instance, impairedMs),
    SystemStatus: summary(system, impairedMs),
    AttachedEbsStatus: summary(volumes, undefined),
  };
}

function summary(check: Check, impairedMs: number | undefined): InstanceStatusSummary {
  const status = reachability[check];
  if (!status) return { Status: check };
  return {
    Status: check,
    Details: [
      {
        Name: "reachability",
        Status: status,
        ...(impairedMs !== undefined && { ImpairedSince: dateOf(impairedMs) }),
      },
    ],
  };
}
