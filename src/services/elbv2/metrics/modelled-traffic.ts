/**
 * Load that a rehearsal offers to simulated machines goes over no socket, yet it is the load
 * balancer's traffic: what the driver's model served and refused is counted as if it had been.
 */
import { isSimulated } from "#compute/simulated/is-simulated.ts";
import type { Environment } from "#services/kit/service.ts";
import type { BalancerReport, NodeCounts, TargetCounts } from "#traffic/application/config.ts";
import { Counters } from "#traffic/application/counters.ts";
import type { State } from "../state.ts";
import type { BalancerSituation } from "./metric-data.ts";

export function addModelledTraffic(
  env: Environment,
  state: State,
  situation: BalancerSituation,
): void {
  const targets = situation.groups.flatMap((group) =>
    group.targets.filter(({ id }) => id.startsWith("i-")).map((target) => ({ group, target })),
  );
  const { compute } = env;
  if (targets.length === 0 || !isSimulated(compute)) return;
  const counters = new Counters();
  for (const { group, target } of targets) {
    const { served, refused, latencyMs } = compute.load(target.id);
    const before = state.modelled.get(target.id) ?? { served: 0, refused: 0 };
    state.modelled.set(target.id, { served, refused });
    const answered = Math.max(0, Math.round(served) - Math.round(before.served));
    const failed = Math.max(0, Math.round(refused) - Math.round(before.refused));
    if (answered + failed === 0) continue;
    const counts = counters.target(group.arn, target.zone);
    counts.requests += answered + failed;
    if (answered > 0) counts.answered(200, latencyMs, answered);
    counts.connectionErrors += failed;
    const node = counters.node(target.zone);
    node.requests += answered + failed;
    node.routedRequests += answered + failed;
    if (failed > 0) node.answers[502] = (node.answers[502] ?? 0) + failed;
  }
  const modelled = { ...counters.take(""), peakUnits: 0, busyPercentage: 0 };
  situation.report = merge(situation.report, modelled);
}

function merge(real: BalancerReport | undefined, modelled: BalancerReport): BalancerReport {
  if (!real) return modelled;
  const zones: Record<string, NodeCounts> = { ...real.zones };
  for (const [zone, counts] of Object.entries(modelled.zones)) {
    const present = zones[zone];
    zones[zone] = present
      ? {
          ...present,
          requests: present.requests + counts.requests,
          routedRequests: present.routedRequests + counts.routedRequests,
          answers: addAll(present.answers, counts.answers),
        }
      : counts;
  }
  const groups: { arn: string; zone: string; counts: TargetCounts }[] = [
    ...real.groups,
    ...modelled.groups,
  ];
  return { ...real, zones, groups };
}

function addAll(
  a: Readonly<Record<number, number>>,
  b: Readonly<Record<number, number>>,
): Record<number, number> {
  const sum: Record<number, number> = { ...a };
  for (const [status, count] of Object.entries(b))
    sum[Number(status)] = (sum[Number(status)] ?? 0) + count;
  return sum;
}
