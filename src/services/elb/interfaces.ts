/** The network interfaces that a load balancer has, one in each of its subnets. */
import type { InterfaceFacts } from "#services/kit/load-balancing/interfaces/reconciler.ts";
import type { LoadBalancerRecord } from "./records.ts";

export function interfacesOf(balancer: LoadBalancerRecord): InterfaceFacts {
  const { id, name, subnets, securityGroups, scheme } = balancer;
  return {
    id,
    description: `ELB ${name}`,
    wanted: subnets.map((subnet) => ({
      subnetId: subnet.id,
      groups: securityGroups,
      public: scheme === "internet-facing" ? "lent" : "none",
    })),
  };
}
