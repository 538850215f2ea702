/** The network interfaces that a load balancer has, one in each of its subnets. */
import type { InterfaceFacts } from "#services/kit/load-balancing/interfaces/reconciler.ts";
import type { InterfaceAddresses } from "#services/kit/load-balancing/interfaces/keep.ts";
import type { PublishedSender } from "#services/kit/name-directory.ts";
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

/** As machines see it that it connects to, or that connect to it. */
export function senderOf(
  { vpcId, subnets, securityGroups, loopbackHost: host }: LoadBalancerRecord,
  addresses: InterfaceAddresses,
): PublishedSender {
  return {
    vpcId,
    nodes: subnets.flatMap(({ id }) => {
      const address = addresses[id];
      return address === undefined ? [] : [{ address, host }];
    }),
    groups: securityGroups,
  };
}
