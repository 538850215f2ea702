/**
 * Whether a record is healthy, through trees of aliases.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html
 */
import type { CompiledSet, SetGroup } from "./index-zone.ts";
import { isWebsite, withoutDualstack } from "./own-names.ts";
import type { World } from "./world.ts";

/** How far aliases are followed; AWS names no end. */
export const longestAlias = 64;

/**
 * A record without health check is healthy. An alias that evaluates its target's health is as healthy as the best of
 * the records that it leads to. `known` keeps what one question has found out, for many aliases may lead to the same
 * records; those of a circle are as healthy as anything else says that they are.
 */
export function isHealthySet(
  world: World,
  set: CompiledSet,
  vpcId: string | undefined,
  known: Map<SetGroup, boolean>,
  depth = 0,
): boolean {
  const { HealthCheckId: id } = set.source;
  if (id !== undefined && world.health.get(id) === false) return false;
  if (!set.alias?.evaluate || depth > longestAlias) return true;
  const { name, zoneId } = set.alias;
  const zone = world.zoneById(zoneId);
  if (zone) {
    const group = zone.nodes.get(name)?.get(set.source.Type!);
    if (!group) return false;
    const before = known.get(group);
    if (before !== undefined) return before;
    known.set(group, true);
    const isHealthy = group.sets.some((one) => isHealthySet(world, one, vpcId, known, depth + 1));
    known.set(group, isHealthy);
    return isHealthy;
  }
  const own = world.ownName(withoutDualstack(name), vpcId);
  // What is not there any more has nothing that is healthy.
  return own ? (own.healthy ?? true) : isWebsite(name);
}
