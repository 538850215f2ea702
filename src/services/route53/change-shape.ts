/** Whether a change has the members that it must have, before anything is looked up. */
import type { Change, ResourceRecordSet } from "@aws-sdk/client-route-53";
import { invalidInput } from "./errors.ts";
import { geoLocationExists } from "./geo/locations.ts";
import { policiesOf } from "./routing.ts";

/** Throws InvalidInput. https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html */
export function checkShape({ Action, ResourceRecordSet: set }: Change): void {
  const { AliasTarget, TTL, ResourceRecords, TrafficPolicyInstanceId } = set!;
  const where = `in Change with [Action=${Action}, Name=${set!.Name}, Type=${set!.Type}, SetIdentifier=${set!.SetIdentifier ?? "null"}]`;
  const isPlain = TTL !== undefined && ResourceRecords !== undefined;
  const kinds = [AliasTarget, isPlain || undefined, TrafficPolicyInstanceId].filter(Boolean).length;
  const expected =
    "Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]";
  if (kinds === 0) throw invalidInput(`Invalid request: ${expected}, but found none ${where}`);
  if (kinds > 1 || (AliasTarget && (TTL !== undefined || ResourceRecords)))
    throw invalidInput(`Invalid request: ${expected}, but found more than one ${where}`);
  checkPolicy(set!, where);
}

function checkPolicy(set: ResourceRecordSet, where: string): void {
  const policies = policiesOf(set);
  const choice =
    "Expected exactly one of [Weight, Region, Failover, GeoLocation, MultiValueAnswer, CidrRoutingConfig, or GeoProximityLocation]";
  if (policies.length > 1)
    throw invalidInput(`Invalid request: ${choice}, but found more than one ${where}`);
  if (policies.length === 1 && set.SetIdentifier === undefined)
    throw invalidInput(`Invalid request: Missing field 'SetIdentifier' ${where}`);
  if (policies.length === 0 && set.SetIdentifier !== undefined)
    throw invalidInput(`Invalid request: ${choice}, but found none ${where}`);
  const { GeoLocation: place, GeoProximityLocation: near, CidrRoutingConfig: cidr } = set;
  if (place && !geoLocationExists(place))
    throw invalidInput(`Invalid request: The geolocation is not supported ${where}`);
  if (cidr && cidr.LocationName !== "*" && cidr.LocationName!.length > 16)
    throw invalidInput(`Invalid request: The location name is too long ${where}`);
  if (!near) return;
  const given = [near.AWSRegion, near.LocalZoneGroup, near.Coordinates].filter(Boolean).length;
  if (given !== 1)
    throw invalidInput(
      `Invalid request: Expected exactly one of [AWSRegion, LocalZoneGroup, or Coordinates], but found ${given === 0 ? "none" : "more than one"} ${where}`,
    );
  const { Latitude = "", Longitude = "" } = near.Coordinates ?? {};
  if (near.Coordinates && (Math.abs(Number(Latitude)) > 90 || Math.abs(Number(Longitude)) > 180))
    throw invalidInput(`Invalid request: The coordinates are out of range ${where}`);
}
