/** The network interfaces that a load balancer has in its subnets. */
import type {
  InterfaceFacts,
  InterfaceHolder,
} from "#services/kit/load-balancing/interfaces/reconciler.ts";
import type { InterfaceAddresses } from "#services/kit/load-balancing/interfaces/keep.ts";
import type { WantedInterface } from "#services/kit/load-balancing/interfaces/plan.ts";
import type { PublishedSender } from "#services/kit/name-directory.ts";
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { fullName } from "./arns.ts";
import { interfaceHolders, type LoadBalancerRecord, type ZoneRecord } from "./records.ts";

/** "50dc6c495c0c9188" */
const idOf = ({ arn }: Pick<LoadBalancerRecord, "arn">) => arn.slice(arn.lastIndexOf("/") + 1);

/** One per zone: further ones of application load balancers come on AWS with their traffic. */
export function interfacesOf(balancer: LoadBalancerRecord): InterfaceFacts {
  const { arn, zones } = balancer;
  return {
    id: idOf(balancer),
    description: `ELB ${fullName(arn)}`,
    wanted: zones.map((zone) => interfaceIn(balancer, zone)),
  };
}

function interfaceIn(
  { scheme, ipAddressType, securityGroups }: LoadBalancerRecord,
  { subnetId, node }: ZoneRecord,
): WantedInterface {
  const { elasticIp, privateAddress, ipv6Address } = node ?? {};
  const isPublic =
    scheme === "internet-facing" && ipAddressType !== "dualstack-without-public-ipv4";
  return {
    subnetId,
    groups: securityGroups,
    privateIp: privateAddress,
    public: elasticIp ? { allocationId: elasticIp.allocationId } : isPublic ? "lent" : "none",
    ipv6: ipAddressType === "ipv4" ? undefined : { address: ipv6Address },
  };
}

/** What it has of interfaces, and what it lacks. */
export function readHolder(
  tx: Transaction,
  scope: Scope,
  balancer: LoadBalancerRecord,
): Promise<InterfaceHolder | undefined> {
  return interfaceHolders.get(tx, scope, balancer.name, idOf(balancer));
}

/** As machines see it that it connects to, or that connect to it. */
export function senderOf(
  { vpcId, securityGroups, zones, loopbackHost }: LoadBalancerRecord,
  addresses: InterfaceAddresses,
): PublishedSender {
  return {
    vpcId,
    nodes: zones.flatMap(({ subnetId, node }) => {
      const address = addresses[subnetId];
      return address === undefined ? [] : [{ address, host: node?.loopbackHost ?? loopbackHost }];
    }),
    groups: securityGroups,
  };
}
