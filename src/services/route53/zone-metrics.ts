/**
 * What public zones report to CloudWatch each minute, in us-east-1 as AWS does.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/monitoring-hosted-zones-with-cloudwatch.html
 */
import type { MetricDatum, StandardUnit } from "@aws-sdk/client-cloudwatch";
import { dateOf } from "#runtime/date.ts";
import { startSampler, type Sampler } from "#services/kit/period-sampler.ts";
import { asService } from "#services/kit/principal.ts";
import type { Environment } from "#services/kit/service.ts";
import { listScopes } from "#store/collection.ts";
import { hostedZones, keySigningKeys, type KeySigningKeyRecord } from "./records.ts";
import type { State } from "./state.ts";

const periodMs = 60_000;
const mostData = 1000;

interface ZoneKeys {
  account: string;
  id: string;
  keys: KeySigningKeyRecord[];
}

export function startZoneMetrics(env: Environment, state: State): Sampler {
  return startSampler(env, { periodMs, what: "hosted zones" }, async (periodStartMs) => {
    const counts = await state.plane().takeCounts();
    const zones = await env.store.transaction(async (tx) => {
      const found: ZoneKeys[] = [];
      for (const scope of await listScopes(tx))
        for (const { id, isPrivate } of await hostedZones.list(tx, scope)) {
          if (isPrivate) continue;
          const keys = await keySigningKeys.list(tx, scope, [id]);
          found.push({ account: scope.account, id, keys });
        }
      return found;
    });
    for (const [account, own] of Map.groupBy(zones, (zone) => zone.account)) {
      const MetricData = own.flatMap(({ id, keys }) => [
        ...queriesOf(id, counts[id] ?? 0, periodStartMs),
        ...keyMetrics(id, keys, periodStartMs, env.clock.now()),
      ]);
      const scope = { account, region: "us-east-1" };
      const cloudwatch = env.clients.cloudwatch(asService(scope, "route53.amazonaws.com"));
      for (let start = 0; start < MetricData.length; start += mostData)
        await cloudwatch.PutMetricData({
          Namespace: "AWS/Route53",
          MetricData: MetricData.slice(start, start + mostData),
        });
    }
  });
}

/** Each question is a sample of one. */
function queriesOf(zoneId: string, count: number, atMs: number): MetricDatum[] {
  if (count === 0) return [];
  const StatisticValues = { SampleCount: count, Sum: count, Minimum: 1, Maximum: 1 };
  return [{ ...datum(zoneId, "DNSQueries", "Count", atMs), StatisticValues }];
}

function keyMetrics(
  zoneId: string,
  keys: readonly KeySigningKeyRecord[],
  atMs: number,
  nowMs: number,
): MetricDatum[] {
  if (keys.length === 0) return [];
  const troubled = keys.filter(({ status }) => status === "ACTION_NEEDED");
  const oldest = (times: readonly number[]) =>
    times.length === 0 ? 0 : (nowMs - Math.min(...times)) / 1000;
  const values: [name: string, unit: StandardUnit, value: number][] = [
    ["DNSSECInternalFailure", "Count", 0],
    ["DNSSECKeySigningKeysNeedingAction", "Count", troubled.length],
    [
      "DNSSECKeySigningKeyMaxNeedingActionAge",
      "Seconds",
      oldest(troubled.map(({ modifiedMs }) => modifiedMs)),
    ],
    ["DNSSECKeySigningKeyAge", "Seconds", oldest(keys.map(({ createdMs }) => createdMs))],
  ];
  return values.map(([name, unit, Value]) => ({ ...datum(zoneId, name, unit, atMs), Value }));
}

function datum(zoneId: string, MetricName: string, Unit: StandardUnit, atMs: number) {
  const Dimensions = [{ Name: "HostedZoneId", Value: zoneId }];
  return { MetricName, Unit, Timestamp: dateOf(atMs), Dimensions };
}
