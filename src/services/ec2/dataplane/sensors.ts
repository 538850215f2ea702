/**
 * Measures running instances once a minute of cloud time and publishes what CloudWatch has under
 * AWS/EC2. CPUUtilization is processor time that was really used, as part of the instance type's
 * virtual CPUs: once a minute with detailed monitoring, else once in five minutes; status checks
 * come every minute. Target tracking therefore acts faster on instances with detailed monitoring,
 * as on AWS. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
 */
import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import type { Timer } from "#runtime/clock.ts";
import type { MachineObservation } from "#compute/driver.ts";
import { asService } from "#services/kit/principal.ts";
import { measuredEnd } from "#services/kit/period-sampler.ts";
import type { Environment } from "#services/kit/service.ts";
import { listScopes, type Scope } from "#store/collection.ts";
import { stalledVolumes } from "../faults/records.ts";
import { instances, type InstanceRecord } from "../instances/records.ts";
import { statusChecks } from "../instances/states.ts";
import { createCreditKeeper } from "./credit-keeper.ts";
import { measure } from "./measure.ts";
import { createVolumeSensor } from "./volume-sensor.ts";

const minuteMs = 60_000;
const basicPeriodMs = 5 * minuteMs;
/** PutMetricData takes at most 1000 values a request. */
const mostPerRequest = 1000;

interface Baseline {
  observation: MachineObservation;
  /** Cloud time of the observation. */
  timeMs: number;
}

export interface Sensors {
  stop(): Promise<void>;
}

export function startSensors(env: Environment): Sensors {
  const { clock, compute, store, clients, log } = env;
  const baselines = new Map<string, Baseline>();
  const volumeSensor = createVolumeSensor(env);
  const credits = createCreditKeeper(store);
  let timer: Timer | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  const arm = () => {
    if (stopped) return;
    const nextMs = (Math.floor(clock.now() / minuteMs) + 1) * minuteMs;
    timer = clock.at(nextMs, () => {
      running = clock.track(
        sample(measuredEnd(nextMs, clock.now(), minuteMs))
          .catch((error: unknown) => log.error("measuring instances failed", { error }))
          .finally(arm),
      );
    });
  };
  const sample = async (endMs: number) => {
    const seen = new Set<string>();
    const found = await store.transaction(async (tx) => {
      const scopes: { scope: Scope; records: InstanceRecord[]; stalled: Set<string> }[] = [];
      for (const scope of await listScopes(tx)) {
        const all = await instances.list(tx, scope);
        const records = all.filter(({ state }) => state === "running");
        if (records.length > 0)
          scopes.push({ scope, records, stalled: await stalledVolumes(tx, scope) });
      }
      return scopes;
    });
    for (const { scope, records, stalled } of found) {
      const data: MetricDatum[] = [];
      for (const record of records) {
        seen.add(record.instanceId);
        data.push(...(await dataOf(scope, record, stalled, endMs)));
      }
      await publish(scope, "AWS/EC2", data);
      await publish(scope, "AWS/EBS", await volumeSensor.sample(scope, endMs));
    }
    volumeSensor.sweep();
    for (const id of baselines.keys()) if (!seen.has(id)) baselines.delete(id);
    credits.keep(seen);
  };
  const dataOf = async (
    scope: Scope,
    record: InstanceRecord,
    stalled: ReadonlySet<string>,
    endMs: number,
  ): Promise<MetricDatum[]> => {
    const observation = await compute.observe(record.instanceId);
    const volumesStalled = record.blockDevices.some(({ volumeId }) => stalled.has(volumeId));
    const checks = { ...statusChecks(record, endMs), volumesStalled };
    const data = measure.status(checks, record, endMs - minuteMs);
    data.push(...(await credits.account(scope, record, observation, endMs)));
    const baseline = baselines.get(record.instanceId);
    if (!baseline) {
      baselines.set(record.instanceId, { observation, timeMs: endMs });
      return data;
    }
    const periodMs = record.monitoring ? minuteMs : basicPeriodMs;
    if (endMs % periodMs !== 0) return data;
    baselines.set(record.instanceId, { observation, timeMs: endMs });
    return [...data, ...measure.use(baseline.observation, observation, record, endMs - periodMs)];
  };
  const publish = async (scope: Scope, Namespace: string, data: readonly MetricDatum[]) => {
    const cloudwatch = clients.cloudwatch(asService(scope, "ec2.amazonaws.com"));
    for (let from = 0; from < data.length; from += mostPerRequest)
      await cloudwatch.PutMetricData({
        Namespace,
        MetricData: data.slice(from, from + mostPerRequest),
      });
  };
  arm();
  return {
    async stop() {
      stopped = true;
      timer?.cancel();
      await running;
    },
  };
}
