/** Elastic Load Balancing of the first generation: Classic Load Balancers, their control plane and their data plane. */
import { loadBalancerSite } from "#services/kit/load-balancing/site.ts";
import { untilServed } from "#services/kit/load-balancing/until-served.ts";
import { defineService } from "#services/kit/service.ts";
import { removeServed, spoolLogs, startLeftLogs } from "./access-logs.ts";
import { differences } from "./differences.ts";
import { interfaceReconciler } from "#services/kit/load-balancing/interfaces/reconciler.ts";
import { interfacesOf } from "./interfaces.ts";
import { operations } from "./operations/operations.ts";
import { instanceReconciler } from "./reconcilers/instance.ts";
import { loadBalancerReconciler } from "./reconcilers/load-balancer.ts";
import { interfaceHolders, loadBalancers } from "./records.ts";
import { createState, type State } from "./state.ts";

export const service = defineService<"elb", State>({
  name: "elb",
  operations,
  createState,
  reconcilers: (env, state) => [
    loadBalancerReconciler(env, state),
    instanceReconciler(env, state),
    interfaceReconciler(env, {
      service: "elb",
      balancers: loadBalancers,
      holders: interfaceHolders,
      factsOf: interfacesOf,
    }),
  ],
  sites: (env, state) => [loadBalancerSite(env, state.client)],
  ready: (env) => untilServed(env, loadBalancers),
  start: startLeftLogs,
  async stop(env, state) {
    await Promise.all(state.samplers.map((sampler) => sampler.stop()));
    await spoolLogs(env, state);
    // What is under way has its time to end, and is logged like all else.
    await Promise.all([...state.served.keys()].map((id) => removeServed(env, state, id)));
    state.client.close();
  },
  differences,
});
