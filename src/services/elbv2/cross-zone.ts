import { attributeOf } from "./attributes.ts";
import { balancerTable, groupTable } from "./kinds.ts";
import type { LoadBalancerRecord, TargetGroupRecord } from "./records.ts";

/**
 * Whether nodes send to targets of every zone: the group's own setting, else the load balancer's. A load balancer
 * behind another is in every zone.
 */
export function crossesZones(group: TargetGroupRecord, balancer: LoadBalancerRecord): boolean {
  const key = "load_balancing.cross_zone.enabled";
  const own = attributeOf(groupTable(group), group.attributes, key);
  if (own !== "use_load_balancer_configuration") return own === "true";
  return attributeOf(balancerTable(balancer), balancer.attributes, key) === "true";
}
