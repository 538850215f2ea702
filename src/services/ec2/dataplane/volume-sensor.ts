/**
 * Measures volumes in running machines once a minute and gives what CloudWatch has under AWS/EBS;
 * of volumes that nothing counts, as root volumes and volumes at rest, nothing.
 * https://docs.aws.amazon.com/ebs/latest/userguide/using_cloudwatch_ebs.html
 */
import type { MetricDatum, StandardUnit } from "@aws-sdk/client-cloudwatch";
import { dateOf } from "#runtime/date.ts";
import type { VolumeObservation } from "#compute/volumes/volume-driver.ts";
import type { Environment } from "#services/kit/service.ts";
import type { Scope } from "#store/collection.ts";
import { stalledVolumes } from "../faults/records.ts";
import { volumes } from "../volumes/records.ts";

export interface VolumeSensor {
  /** The data of the minute that ends then; the first look at a volume gives its checks alone. */
  sample(scope: Scope, endMs: number): Promise<MetricDatum[]>;
  /** Forgets volumes that the last look did not find. */
  sweep(): void;
}

const minuteMs = 60_000;

export function createVolumeSensor({ store, compute }: Environment): VolumeSensor {
  let before = new Map<string, VolumeObservation>();
  let now = new Map<string, VolumeObservation>();
  return {
    async sample(scope, endMs) {
      const found = await store.transaction(async (tx) => ({
        attached: (await volumes.list(tx, scope)).filter(
          ({ attachment, root }) => attachment && !root,
        ),
        stalled: await stalledVolumes(tx, scope),
      }));
      const data: MetricDatum[] = [];
      for (const { volumeId, attachment } of found.attached) {
        const observation = await compute.volumes.measure(volumeId);
        if (!observation) continue;
        now.set(volumeId, observation);
        const earlier = before.get(volumeId);
        const at = { volumeId, instanceId: attachment!.instanceId, startMs: endMs - minuteMs };
        const stalls =
          found.stalled.has(volumeId) || (earlier && standsStill(earlier, observation));
        data.push(...check(stalls ?? false, at));
        // A device that was made anew counts from nothing.
        if (
          earlier &&
          earlier.readOps <= observation.readOps &&
          earlier.writeOps <= observation.writeOps
        )
          data.push(...use(earlier, observation, at));
      }
      return data;
    },
    sweep() {
      before = now;
      now = new Map();
    },
  };
}

interface At {
  volumeId: string;
  instanceId: string;
  startMs: number;
}

/** Operations were under way at both moments, and none has come to its end. */
export function standsStill(before: VolumeObservation, after: VolumeObservation): boolean {
  return (
    before.queueLength > 0 &&
    after.queueLength > 0 &&
    before.readOps === after.readOps &&
    before.writeOps === after.writeOps
  );
}

export function use(before: VolumeObservation, after: VolumeObservation, at: At): MetricDatum[] {
  const seconds = (after.measuredMs - before.measuredMs) / 1000;
  const idle = Math.max(0, seconds - (after.busySeconds - before.busySeconds));
  const waited =
    after.readSeconds - before.readSeconds + (after.writeSeconds - before.writeSeconds);
  const values: [name: string, unit: StandardUnit, value: number][] = [
    ["VolumeReadOps", "Count", after.readOps - before.readOps],
    ["VolumeWriteOps", "Count", after.writeOps - before.writeOps],
    ["VolumeReadBytes", "Bytes", after.readBytes - before.readBytes],
    ["VolumeWriteBytes", "Bytes", after.writeBytes - before.writeBytes],
    ["VolumeTotalReadTime", "Seconds", after.readSeconds - before.readSeconds],
    ["VolumeTotalWriteTime", "Seconds", after.writeSeconds - before.writeSeconds],
    ["VolumeIdleTime", "Seconds", idle],
    // The mean of those under way, by Little's law.
    ["VolumeQueueLength", "Count", seconds > 0 ? waited / seconds : 0],
  ];
  return values.map(([MetricName, Unit, Value]) => ({
    MetricName,
    Unit,
    Value,
    Timestamp: dateOf(at.startMs),
    Dimensions: [{ Name: "VolumeId", Value: at.volumeId }],
  }));
}

function check(stalls: boolean, { volumeId, instanceId, startMs }: At): MetricDatum[] {
  const volume = { Name: "VolumeId", Value: volumeId };
  const instance = { Name: "InstanceId", Value: instanceId };
  return [[volume], [volume, instance]].map((Dimensions) => ({
    MetricName: "VolumeStalledIOCheck",
    Unit: "None" as const,
    Value: stalls ? 1 : 0,
    Timestamp: dateOf(startMs),
    Dimensions,
  }));
}
