/**
 * Which records of one name and type answer a query.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy.html
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html
 */
import type { GeoLocation, GeoProximityLocation } from "@aws-sdk/client-route-53";
import { distanceKm, regionCoordinates } from "../geo/regions.ts";
import { distanceToRegion, type Place } from "./client-location.ts";
import type { CompiledSet, SetGroup } from "./index-zone.ts";

export interface ChooseContext {
  /** Uniform in [0, 1). */
  random: () => number;
  isHealthy(set: CompiledSet): boolean;
  /** Of the client; undefined when the table does not know it. Asked only by policies that need it. */
  place(): Place | undefined;
  /** The location of a CIDR collection that the client's address lies in. */
  cidrLocation(collectionId: string): string | undefined;
  defaultRegion: string;
}

const mostMultivalue = 8;

/** When nothing is healthy, everything counts as healthy. Empty when no record is for this client. */
export function chooseSets(group: SetGroup, context: ChooseContext): CompiledSet[] {
  const { sets, policy } = group;
  if (policy === "simple") return sets;
  const health = sets.map((set) => context.isHealthy(set));
  const healthy = sets.filter((_set, index) => health[index]);
  switch (policy) {
    case "multivalue":
      return shuffled(healthy.length > 0 ? healthy : sets, context.random).slice(0, mostMultivalue);
    case "failover":
      return one(failover(sets, healthy));
    case "weighted":
      return one(weighted(healthy.length > 0 ? healthy : sets, context.random));
    default:
      return one(best(healthy, group, context) ?? best(sets, group, context));
  }
}

function one(set: CompiledSet | undefined): CompiledSet[] {
  return set ? [set] : [];
}

function failover(
  sets: readonly CompiledSet[],
  healthy: readonly CompiledSet[],
): CompiledSet | undefined {
  const primary = sets.find(({ source }) => source.Failover === "PRIMARY");
  const secondary = sets.find(({ source }) => source.Failover === "SECONDARY");
  if (primary && healthy.includes(primary)) return primary;
  if (secondary && healthy.includes(secondary)) return secondary;
  return primary ?? secondary;
}

/** Records of weight 0 are for when no other is left; alone they share evenly. */
function weighted(sets: readonly CompiledSet[], random: () => number): CompiledSet | undefined {
  const total = sets.reduce((sum, { source }) => sum + source.Weight!, 0);
  if (total === 0) return sets[Math.floor(random() * sets.length)];
  let left = random() * total;
  for (const set of sets) {
    left -= set.source.Weight!;
    if (left < 0) return set;
  }
  return sets.at(-1);
}

function best(
  sets: readonly CompiledSet[],
  { policy }: SetGroup,
  context: ChooseContext,
): CompiledSet | undefined {
  if (sets.length === 0) return undefined;
  if (policy === "latency")
    return least(sets, ({ source }) =>
      distanceToRegion(context.place(), source.Region!, context.defaultRegion),
    );
  if (policy === "geoproximity") {
    const place = context.place();
    return least(sets, ({ source }) =>
      biasedDistance(place, source.GeoProximityLocation!, context.defaultRegion),
    );
  }
  if (policy === "geolocation") {
    const place = context.place();
    return least(sets, ({ source }) => breadth(place, source.GeoLocation!));
  }
  return cidr(sets, context);
}

/** The set with the least measure; none of those for which there is none. */
function least(
  sets: readonly CompiledSet[],
  measure: (set: CompiledSet) => number | undefined,
): CompiledSet | undefined {
  let found: CompiledSet | undefined;
  let smallest = Number.POSITIVE_INFINITY;
  for (const set of sets) {
    const value = measure(set);
    if (value === undefined || value >= smallest) continue;
    smallest = value;
    found = set;
  }
  return found;
}

/** The smaller the place, the sooner it is taken: part of a country, country, continent, everywhere. */
function breadth(place: Place | undefined, at: GeoLocation): number | undefined {
  if (at.CountryCode === "*") return 3;
  if (!place) return undefined;
  if (at.ContinentCode !== undefined) return at.ContinentCode === place.continent ? 2 : undefined;
  if (at.CountryCode !== place.country) return undefined;
  if (at.SubdivisionCode === undefined) return 1;
  return at.SubdivisionCode === place.subdivision ? 0 : undefined;
}

/**
 * A positive bias draws the place nearer, a negative one pushes it away.
 * https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-geoproximity.html
 */
function biasedDistance(
  place: Place | undefined,
  near: GeoProximityLocation,
  defaultRegion: string,
): number | undefined {
  const bias = (near.Bias ?? 0) / 100;
  const { Latitude, Longitude } = near.Coordinates ?? {};
  const region = near.AWSRegion ?? near.LocalZoneGroup?.replace(/-[a-z]{3}-\d+$/, "");
  const to =
    Latitude === undefined
      ? regionCoordinates[region ?? ""]
      : { latitude: Number(Latitude), longitude: Number(Longitude) };
  const from = place?.coordinates ?? regionCoordinates[defaultRegion];
  if (!from || !to) return undefined;
  const distance = distanceKm(from, to);
  return bias >= 0 ? distance * (1 - bias) : distance / (1 + bias);
}

/** The record of the client's location, else that of "*". */
function cidr(sets: readonly CompiledSet[], context: ChooseContext): CompiledSet | undefined {
  const own = sets.find(({ source: { CidrRoutingConfig: config } }) => {
    if (!config || config.LocationName === "*") return false;
    return context.cidrLocation(config.CollectionId!) === config.LocationName;
  });
  return own ?? sets.find(({ source }) => source.CidrRoutingConfig?.LocationName === "*");
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const mixed = [...items];
  for (let index = mixed.length - 1; index > 0; index--) {
    const other = Math.floor(random() * (index + 1));
    [mixed[index], mixed[other]] = [mixed[other]!, mixed[index]!];
  }
  return mixed;
}
