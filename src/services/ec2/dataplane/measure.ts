/**
 * Two observations of a machine as CloudWatch data. Every value appears under each combination of
 * dimensions by which AWS lets it be asked for.
 */
import type { Dimension, MetricDatum, StandardUnit } from "@aws-sdk/client-cloudwatch";
import { dateOf } from "#runtime/date.ts";
import type { MachineObservation } from "#compute/driver.ts";
import type { InstanceRecord } from "../instances/records.ts";
import type { Check } from "../instances/states.ts";

type Measured = Pick<
  InstanceRecord,
  "instanceId" | "instanceType" | "imageId" | "vcpus" | "monitoring" | "tags"
>;

export const measure = { use, status };

/** CPU and network between two observations, stamped with the start of their period. */
function use(
  before: MachineObservation,
  after: MachineObservation,
  record: Measured,
  startMs: number,
): MetricDatum[] {
  const data: MetricDatum[] = [];
  const add = (name: string, unit: StandardUnit, value: number) =>
    data.push(...underDimensions(name, unit, value, startMs, dimensionSets(record)));
  const percent = cpuPercent(before, after, record.vcpus);
  if (percent !== undefined) add("CPUUtilization", "Percent", percent);
  const received = grown(before.networkInBytes, after.networkInBytes);
  if (received !== undefined) add("NetworkIn", "Bytes", received);
  const sent = grown(before.networkOutBytes, after.networkOutBytes);
  if (sent !== undefined) add("NetworkOut", "Bytes", sent);
  return data;
}

/** 0 to 100; undefined when no time has passed between the two. */
export function cpuPercent(
  before: Pick<MachineObservation, "cpuSeconds" | "measuredMs">,
  after: Pick<MachineObservation, "cpuSeconds" | "measuredMs">,
  vcpus: number,
): number | undefined {
  const seconds = (after.measuredMs - before.measuredMs) / 1000;
  if (seconds <= 0) return undefined;
  const used = after.cpuSeconds - before.cpuSeconds;
  // The host may have more processors than the instance's type; the instance is full all the same.
  return Math.min(100, Math.max(0, (used / seconds / vcpus) * 100));
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html#status-check-metrics */
function status(
  checks: { instance: Check; system: Check; volumesStalled?: boolean },
  record: Measured,
  startMs: number,
): MetricDatum[] {
  const instance = checks.instance === "impaired" ? 1 : 0;
  const system = checks.system === "impaired" ? 1 : 0;
  const volumes = checks.volumesStalled ? 1 : 0;
  const values: [string, number][] = [
    ["StatusCheckFailed", Math.max(instance, system, volumes)],
    ["StatusCheckFailed_Instance", instance],
    ["StatusCheckFailed_System", system],
    ["StatusCheckFailed_AttachedEBS", volumes],
  ];
  const sets = dimensionSets({ ...record, monitoring: false });
  return values.flatMap(([name, value]) => underDimensions(name, "Count", value, startMs, sets));
}

/** Sums over types, images and all instances are kept only with detailed monitoring. */
function dimensionSets(record: Measured): Dimension[][] {
  const { instanceId, instanceType, imageId, monitoring, tags } = record;
  const group = tags["aws:autoscaling:groupName"];
  const sets: Dimension[][] = [[{ Name: "InstanceId", Value: instanceId }]];
  if (group !== undefined) sets.push([{ Name: "AutoScalingGroupName", Value: group }]);
  if (monitoring)
    sets.push(
      [{ Name: "InstanceType", Value: instanceType }],
      [{ Name: "ImageId", Value: imageId }],
      [],
    );
  return sets;
}

function underDimensions(
  MetricName: string,
  Unit: StandardUnit,
  Value: number,
  startMs: number,
  sets: readonly Dimension[][],
): MetricDatum[] {
  const Timestamp = dateOf(startMs);
  return sets.map((Dimensions) => ({ MetricName, Unit, Value, Timestamp, Dimensions }));
}

function grown(before: number | undefined, after: number | undefined): number | undefined {
  return before === undefined || after === undefined ? undefined : Math.max(0, after - before);
}
