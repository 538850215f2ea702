/** Elastic Load Balancing: application and network load balancers, their control plane and their data plane. */
import { loadBalancerSite } from "#services/kit/load-balancing/site.ts";
import { untilServed } from "#services/kit/load-balancing/until-served.ts";
import { defineService } from "#services/kit/service.ts";
import { differences } from "./differences.ts";
import { removeServed, spoolLogs, startLogs } from "./logs.ts";
import { startMetrics } from "./metrics/sampler.ts";
import { interfaceReconciler } from "#services/kit/load-balancing/interfaces/reconciler.ts";
import { interfacesOf } from "./interfaces.ts";
import { operations } from "./operations/operations.ts";
import { loadBalancerReconciler } from "./reconcilers/load-balancer.ts";
import { targetGroupReconciler } from "./reconcilers/target-group.ts";
import { targetReconciler } from "./reconcilers/target.ts";
import { interfaceHolders, loadBalancers } from "./records.ts";
import { createState, type State } from "./state.ts";
import { trustStoreSite } from "./trust-store-site.ts";

export const service = defineService<"elbv2", State>({
  name: "elbv2",
  operations,
  createState,
  reconcilers: (env, state) => [
    loadBalancerReconciler(env, state),
    targetGroupReconciler(env, state),
    targetReconciler(env, state),
    interfaceReconciler(env, {
      service: "elbv2",
      balancers: loadBalancers,
      holders: interfaceHolders,
      factsOf: interfacesOf,
    }),
  ],
  sites: (env, state) => [loadBalancerSite(env, state.client), trustStoreSite(env, state)],
  start(env, state) {
    startMetrics(env, state);
    startLogs(env, state);
  },
  ready: (env) => untilServed(env, loadBalancers),
  async stop(env, state) {
    await state.sampler?.stop();
    await Promise.all(state.logSamplers.map((sampler) => sampler.stop()));
    await spoolLogs(env, state);
    // What is under way has its time to end, and is logged like all else.
    await Promise.all([...state.served.keys()].map((arn) => removeServed(env, state, arn)));
    state.client.close();
    await state.functions.close();
  },
  differences,
});
