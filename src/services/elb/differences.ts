import type { Difference } from "#services/kit/service.ts";

export const differences: readonly Difference[] = [
  {
    operation: "CreateLoadBalancer",
    differs: "Classic load balancers are recorded but carry no traffic and check no health yet.",
  },
];
