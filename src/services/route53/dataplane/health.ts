/**
 * Whether a record is healthy, through trees of aliases.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html
 */
import type { CompiledSet } from "./index-zone.ts";
import { isWebsite, withoutDualstack } from "./own-names.ts";
import type { World } from "./world.ts";

/** Aliases may lead in circles. */
const deepest = 16;

/**
 * A record without health check is healthy. An alias that evaluates its target's health is as healthy as the best of
 * the records that it leads to.
 */
export function isHealthySet(
  world: World,
  set: CompiledSet,
  vpcId: string | undefined,
  depth = 0,
): boolean {
  const { HealthCheckId: id } = set.source;
  if (id !== undefined && world.health.get(id) === false) return false;
  if (!set.alias?.evaluate || depth > deepest) return true;
  const { name, zoneId } = set.alias;
  const zone = world.zoneById(zoneId);
  if (zone) {
    const group = zone.nodes.get(name)?.get(set.source.Type!);
    return group?.sets.some((one) => isHealthySet(world, one, vpcId, depth + 1)) ?? false;
  }
  const own = world.ownName(withoutDualstack(name), vpcId);
  // What is not there any more has nothing that is healthy.
  return own ? (own.healthy ?? true) : isWebsite(name);
}
