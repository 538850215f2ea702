import type { InstanceStatus, InstanceStatusSummary } from "@aws-sdk/client-ec2";
import { dateOf } from "#runtime/date.ts";
import type { Ec2Operation } from "../../context.ts";
import { applyFilters, type FilterTable } from "../../filters.ts";
import { pageOf, refuseIdsWithPages } from "../../paging.ts";
import { zoneNamed } from "#services/kit/facts/zones.ts";
import { findInstances, instances, type InstanceRecord } from "../records.ts";
import { stateCode, stateOf, statusChecks, type Check } from "../states.ts";

interface Row {
  record: InstanceRecord;
  instance: Check;
  system: Check;
  impairedMs: number | undefined;
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
  "event.code": () => undefined,
  "event.description": () => undefined,
  "event.instance-event-id": () => undefined,
  "event.not-after": () => undefined,
  "event.not-before": () => undefined,
  "event.not-before-deadline": () => undefined,
  "instance-state-code": ({ record }) => stateCode(record.state),
  "instance-state-name": ({ record }) => record.state,
  "instance-status.reachability": ({ instance }) => reachability[instance],
  "instance-status.status": ({ instance }) => instance,
  "system-status.reachability": ({ system }) => reachability[system],
  "system-status.status": ({ system }) => system,
  "attached-ebs-status.status": ({ system }) => system,
};

/** Running instances, or all of them with IncludeAllInstances. */
export const describeInstanceStatus: Ec2Operation<"DescribeInstanceStatus"> = async (
  input,
  context,
) => {
  const { InstanceIds: ids } = input;
  refuseIdsWithPages(ids, input, "instancesSet");
  const records = await context.store.transaction((tx) =>
    ids?.length ? findInstances(tx, context, ids) : instances.list(tx, context),
  );
  const nowMs = context.clock.now();
  const rows = records
    .filter((record) => input.IncludeAllInstances || record.state === "running")
    .map((record): Row => ({ record, ...statusChecks(record, nowMs) }));
  const { items, NextToken } = pageOf(
    applyFilters(rows, input.Filters, filters, ({ record }) => record.tags),
    input,
    ({ record }) => record.instanceId,
  );
  return { InstanceStatuses: items.map(describe), NextToken };
};

function describe({ record, instance, system, impairedMs }: Row): InstanceStatus {
  return {
    AvailabilityZone: record.zone,
    AvailabilityZoneId: zoneNamed(record.zone.slice(0, -1), record.zone)?.zoneId,
    InstanceId: record.instanceId,
    InstanceState: stateOf(record.state),
    InstanceStatus: summary(instance, impairedMs),
    SystemStatus: summary(system, impairedMs),
    // The disks of a dead machine are as they were.
    AttachedEbsStatus: summary(system === "impaired" ? "ok" : system, undefined),
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
