/** Which routing policy a record has, and how records of one name and type go together. */
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";

export type Policy =
  | "simple"
  | "weighted"
  | "latency"
  | "failover"
  | "geolocation"
  | "multivalue"
  | "geoproximity"
  | "cidr";

export function policiesOf(set: ResourceRecordSet): Policy[] {
  const found: Policy[] = [];
  if (set.Weight !== undefined) found.push("weighted");
  if (set.Region !== undefined) found.push("latency");
  if (set.Failover !== undefined) found.push("failover");
  if (set.GeoLocation !== undefined) found.push("geolocation");
  if (set.MultiValueAnswer === true) found.push("multivalue");
  if (set.CidrRoutingConfig !== undefined) found.push("cidr");
  if (set.GeoProximityLocation !== undefined) found.push("geoproximity");
  return found;
}

export function policyOf(set: ResourceRecordSet): Policy {
  return policiesOf(set)[0] ?? "simple";
}

/** What may be there only once among records of one name and type: a region, a place, PRIMARY. */
export function slotOf(set: ResourceRecordSet): string | undefined {
  const { GeoLocation: place, CidrRoutingConfig: cidr } = set;
  if (set.Region !== undefined) return `region ${set.Region}`;
  if (set.Failover !== undefined) return `failover ${set.Failover}`;
  if (place)
    return `geolocation ${place.ContinentCode ?? ""}/${place.CountryCode ?? ""}/${place.SubdivisionCode ?? ""}`;
  if (cidr) return `location ${cidr.CollectionId}/${cidr.LocationName}`;
  return undefined;
}
