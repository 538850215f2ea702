/** Publishes what the load balancers measured, at the end of every minute of cloud time. */
import { asService } from "#services/kit/principal.ts";
import { startSampler } from "#services/kit/period-sampler.ts";
import type { Environment } from "#services/kit/service.ts";
import type { ClassicReport } from "#traffic/classic/config.ts";
import { isInService } from "../balancer-config.ts";
import { principal } from "../network.ts";
import { instances, loadBalancers } from "../records.ts";
import type { Served, State } from "../state.ts";
import { addModelledTraffic } from "./modelled-traffic.ts";
import { metricData, type BalancerSituation } from "./metric-data.ts";

const periodMs = 60_000;
/** PutMetricData takes at most so many data in one call. */
const mostData = 1000;

/** Once more it does nothing. */
export function startMetrics(env: Environment, state: State): void {
  if (state.measures) return;
  state.measures = true;
  state.samplers.push(
    startSampler(env, { periodMs, what: "classic load balancers" }, (periodStartMs) =>
      sample(env, state, periodStartMs),
    ),
  );
}

async function sample(env: Environment, state: State, periodStartMs: number): Promise<void> {
  if (state.served.size === 0) return;
  const reports = (await state.presentPlane?.reportClassic()) ?? [];
  for (const [id, served] of state.served) {
    const report = reports.find((one) => one.id === id);
    const situation = await situationOf(env, id, served, report);
    if (!situation) continue;
    addModelledTraffic(env, state, situation);
    const data = metricData(situation, periodStartMs);
    const cloudwatch = env.clients.cloudwatch(asService(served.scope, principal));
    for (let start = 0; start < data.length; start += mostData)
      await cloudwatch.PutMetricData({
        Namespace: "AWS/ELB",
        MetricData: data.slice(start, start + mostData),
      });
  }
}

function situationOf(
  env: Environment,
  id: string,
  { scope, name }: Served,
  report: ClassicReport | undefined,
): Promise<BalancerSituation | undefined> {
  return env.store.transaction(async (tx) => {
    const balancer = await loadBalancers.get(tx, scope, name);
    if (balancer?.id !== id) return undefined;
    const registered = await instances.list(tx, scope, [name]);
    return {
      name,
      zones: balancer.subnets.map(({ zone }) => zone),
      crossZone: balancer.attributes.crossZone,
      instances: registered
        .filter(({ drainingUntilMs }) => drainingUntilMs === undefined)
        .map((instance) => ({
          id: instance.id,
          zone: instance.zone,
          inService: isInService(instance),
        })),
      counts: report?.zones ?? {},
    };
  });
}
