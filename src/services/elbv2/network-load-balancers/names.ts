/**
 * The names of a network load balancer: its own, which leads to the nodes of healthy zones, and one
 * per zone. https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html#dns-name
 */
import type { PublishedName } from "#services/kit/name-directory.ts";
import type { BoundListener } from "#traffic/application/config.ts";
import { attributeOf } from "../attributes.ts";
import type { BalancerRecords } from "../balancer-records.ts";
import { crossesZones } from "../cross-zone.ts";
import { addressesOf } from "../ip-address-type.ts";
import { groupTable } from "../kinds.ts";
import { networkBalancerAttributes } from "./attributes.ts";

/**
 * `bound` is where the listeners are, in their order, by zone; `insideOf` says what machines are told instead of
 * such addresses.
 */
export function networkNames(
  records: BalancerRecords,
  bound: readonly Record<string, BoundListener>[],
  insideOf: (addresses: readonly string[]) => PublishedName["inside"],
): PublishedName[] {
  const { dnsName, zones, shiftedZone, loopbackHost } = records.balancer;
  const share = affinityOf(records.balancer);
  const nodes = zones.map(({ zoneName, node }) => ({
    zoneName,
    addresses: addressesOf(
      records.balancer,
      node?.loopbackHost ?? loopbackHost,
      records.listeners.map(({ record }, index) => ({
        port: record.port,
        bound: bound[index]?.[zoneName],
      })),
    ),
    healthy: isHealthyZone(records, zoneName),
  }));
  // A zone that is left is told to nobody new.
  const staying = nodes.filter(({ zoneName }) => zoneName !== shiftedZone);
  const healthy = staying.filter((node) => node.healthy);
  // Without a healthy zone all are told.
  const told = healthy.length > 0 ? healthy : staying;
  const addresses = [...new Set(told.flatMap((node) => node.addresses))];
  return [
    {
      name: dnsName,
      addresses,
      inside: insideOf(addresses),
      healthy: healthy.length > 0,
      ...(share > 0 && {
        affinity: {
          // Only machines have a zone.
          byZone: Object.fromEntries(
            healthy.map((node) => [
              node.zoneName,
              insideOf(node.addresses)?.addresses ?? node.addresses,
            ]),
          ),
          share,
        },
      }),
    },
    ...nodes.map((node) => ({
      name: `${node.zoneName}.${dnsName}`,
      addresses: node.addresses,
      inside: insideOf(node.addresses),
      healthy: node.healthy,
    })),
  ];
}

/**
 * Whether every target group has as many healthy targets there as DNS failover demands.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health.html
 */
export function isHealthyZone({ balancer, groups }: BalancerRecords, zoneName: string): boolean {
  const used = groups.filter(({ targets }) => targets.length > 0);
  return (
    used.length > 0 &&
    used.every(({ record, targets }) => {
      const across = crossesZones(record, balancer);
      const here = targets.filter(({ zone }) => across || zone === zoneName || zone === "all");
      const healthy = here.filter(({ health }) => health.state === "healthy").length;
      const minimum = (kind: "count" | "percentage") => {
        const key = `target_group_health.dns_failover.minimum_healthy_targets.${kind}`;
        const value = attributeOf(groupTable(record), record.attributes, key);
        return value === "off" ? 0 : Number(value);
      };
      const percentage = here.length === 0 ? 0 : (healthy / here.length) * 100;
      return healthy >= Math.max(1, minimum("count")) && percentage >= minimum("percentage");
    })
  );
}

/**
 * How large a share of its clients are led to the node of their own zone.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
 */
function affinityOf({ attributes }: BalancerRecords["balancer"]): number {
  const policy = attributeOf(
    networkBalancerAttributes,
    attributes,
    "dns_record.client_routing_policy",
  );
  if (policy === "availability_zone_affinity") return 1;
  return policy === "partial_availability_zone_affinity" ? 0.85 : 0;
}
