/**
 * Load that a rehearsal offers to simulated machines goes over no socket, yet it is the load
 * balancer's traffic: what the driver's model served and refused is counted as if it had been.
 */
import { isSimulated } from "#compute/simulated/is-simulated.ts";
import type { Environment } from "#services/kit/service.ts";
import { ClassicCounters } from "#traffic/classic/counters.ts";
import type { State } from "../state.ts";
import type { BalancerSituation } from "./metric-data.ts";

export function addModelledTraffic(
  { compute }: Environment,
  state: State,
  situation: BalancerSituation,
): void {
  if (!isSimulated(compute)) return;
  const counters = new ClassicCounters(situation.counts);
  for (const { id, zone } of situation.instances) {
    const { served, refused, latencyMs } = compute.load(id);
    const before = state.modelled.get(id) ?? { served: 0, refused: 0 };
    state.modelled.set(id, { served, refused });
    const answered = Math.max(0, Math.round(served) - Math.round(before.served));
    const failed = Math.max(0, Math.round(refused) - Math.round(before.refused));
    if (answered + failed === 0) continue;
    const node = counters.node(zone);
    node.requests += answered + failed;
    node.backendClasses[2] = (node.backendClasses[2] ?? 0) + answered;
    node.backendConnectionErrors += failed;
    if (failed > 0) node.answers[503] = (node.answers[503] ?? 0) + failed;
    if (answered > 0) counters.tookMs(zone, latencyMs, answered);
  }
  situation.counts = counters.take("").zones;
}
