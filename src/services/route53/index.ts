/** Route 53: hosted zones and their records, health checks, and the DNS server that answers for them. */
import { ageSweep } from "#services/kit/age-sweep.ts";
import { defineService } from "#services/kit/service.ts";
import { differences } from "./differences.ts";
import { startHealthMetrics } from "./health/metrics.ts";
import { limits } from "./limits.ts";
import { operations } from "./operations/operations.ts";
import { dnsEndpoint } from "./own-endpoint.ts";
import { commonReconciler } from "./reconcilers/common-config.ts";
import { dnssecReconciler } from "./reconcilers/dnssec.ts";
import { healthCheckReconciler } from "./reconcilers/health-check.ts";
import { zoneReconciler } from "./reconcilers/zone.ts";
import { changes, changeTimes } from "./records.ts";
import { startQueryLogging } from "./query-logging.ts";
import { startDns } from "./start.ts";
import { createState, type State } from "./state.ts";
import { startZoneMetrics } from "./zone-metrics.ts";

export const service = defineService<"route53", State>({
  name: "route53",
  operations,
  createState,
  reconcilers: (env, state) => [
    zoneReconciler(env, state),
    dnssecReconciler(env),
    commonReconciler(env, state),
    healthCheckReconciler(env, state),
    ageSweep(env, {
      name: "route53/change-sweep",
      records: changes,
      times: changeTimes,
      keptMs: limits.changeMs,
    }),
  ],
  ownEndpoints: (env, state) => ({ dns: dnsEndpoint(env, state) }),
  async start(env, state) {
    await startDns(env, state);
    for (const metrics of [startHealthMetrics(env, state), startZoneMetrics(env, state)])
      state.endings.push(() => metrics.stop());
    // Nobody asks over the network where the clock is virtual.
    if (env.clock.mode === "virtual") return;
    const logging = startQueryLogging(env, state);
    state.endings.push(() => logging.stop());
  },
  async stop(_env, state) {
    for (const end of state.endings) await end();
    await state.close();
  },
  differences,
});
