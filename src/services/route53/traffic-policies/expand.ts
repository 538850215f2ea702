/** The records that a traffic policy stands for at one name of a zone. */
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import { invalidDocument } from "../errors.ts";
import { geoLocationExists } from "../geo/locations.ts";
import { regionCoordinates } from "../geo/regions.ts";
import { textOf, type Branch, type PolicyDocument, type Rule } from "./document.ts";

export interface InstancePlace {
  id: string;
  zoneId: string;
  zoneName: string;
  name: string;
  ttl: number;
}

/**
 * The first rule's records have the name itself, the others' names that nobody can ask for: questions write a colon
 * in octal. Throws InvalidTrafficPolicyDocument where a rule says what no record can.
 */
export function expand(document: PolicyDocument, place: InstancePlace): ResourceRecordSet[] {
  const { start, rules } = document;
  if ("endpoint" in start) return [{ ...setOf(document, place, place.name, start, false) }];
  return [...rules].flatMap(([id, rule]) =>
    rule.branches.map((branch, index) => ({
      ...setOf(
        document,
        place,
        id === start.rule ? place.name : hiddenName(place, id),
        branch.target,
        branch.evaluateTargetHealth,
      ),
      SetIdentifier: `${id}:${index}`,
      ...(branch.healthCheckId !== undefined && { HealthCheckId: branch.healthCheckId }),
      ...routingOf(rule, branch, id),
    })),
  );
}

function hiddenName({ id, zoneName }: InstancePlace, rule: string): string {
  return `:${id}:${Buffer.from(rule).toString("hex")}.${zoneName}`;
}

function setOf(
  { type, endpoints }: PolicyDocument,
  place: InstancePlace,
  Name: string,
  target: Branch["target"],
  EvaluateTargetHealth: boolean,
): ResourceRecordSet {
  const aliasTo = (HostedZoneId: string, DNSName: string) => ({
    Name,
    Type: type,
    AliasTarget: { HostedZoneId, DNSName, EvaluateTargetHealth },
  });
  if ("rule" in target) return aliasTo(place.zoneId, hiddenName(place, target.rule));
  const endpoint = endpoints.get(target.endpoint)!;
  if ("name" in endpoint) return aliasTo("", `${endpoint.name.toLowerCase().replace(/\.$/, "")}.`);
  return { Name, Type: type, TTL: place.ttl, ResourceRecords: [{ Value: endpoint.value }] };
}

function routingOf({ type }: Rule, { given }: Branch, rule: string): Partial<ResourceRecordSet> {
  switch (type) {
    case "failover":
      return { Failover: given["Failover"] as "PRIMARY" };
    case "multivalue":
      return { MultiValueAnswer: true };
    case "weighted":
      return { Weight: numberOf(given["Weight"], "Weight", rule, 0, 255) };
    case "latency":
      return { Region: regionOf(given["Region"], rule) as "us-east-1" };
    case "geo":
      return { GeoLocation: placeOf(given, rule) };
    default:
      return { GeoProximityLocation: nearOf(given, rule) };
  }
}

function numberOf(value: unknown, what: string, rule: string, least: number, most: number): number {
  const number = value === "" ? Number.NaN : Number(value);
  if (!Number.isInteger(number) || number < least || number > most)
    throw invalidDocument(`${what} must be from ${least} to ${most} in the rule ${rule}.`);
  return number;
}

function regionOf(value: unknown, rule: string): string {
  if (typeof value !== "string" || !regionCoordinates[value])
    throw invalidDocument(`The region ${textOf(value)} of the rule ${rule} is not known.`);
  return value;
}

function placeOf(given: Branch["given"], rule: string) {
  const text = (name: string) => (given[name] === undefined ? undefined : textOf(given[name]));
  const place =
    textOf(given["IsDefault"]) === "true"
      ? { CountryCode: "*" }
      : {
          ContinentCode: text("Continent"),
          CountryCode: text("Country"),
          SubdivisionCode: text("Subdivision"),
        };
  if (!geoLocationExists(place))
    throw invalidDocument(`A location of the rule ${rule} is not supported.`);
  return place;
}

function nearOf(given: Branch["given"], rule: string) {
  const { Region, Latitude, Longitude } = given;
  const Bias = numberOf(given["Bias"] ?? 0, "Bias", rule, -99, 99);
  if (Region === undefined) {
    const inside = (value: unknown, most: number) =>
      value !== undefined && value !== "" && Math.abs(Number(value)) <= most;
    if (!inside(Latitude, 90) || !inside(Longitude, 180))
      throw invalidDocument(`A location of the rule ${rule} has no region and no coordinates.`);
    return { Coordinates: { Latitude: textOf(Latitude), Longitude: textOf(Longitude) }, Bias };
  }
  // "aws:route53:us-east-1"; a Local Zone's group begins with its region.
  const name = textOf(Region).split(":").at(-1)!;
  if (regionCoordinates[name]) return { AWSRegion: name, Bias };
  regionOf(name.replace(/-[a-z]{3}-\d+$/, ""), rule);
  return { LocalZoneGroup: name, Bias };
}
