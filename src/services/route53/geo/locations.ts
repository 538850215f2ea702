/**
 * The places that geolocation routing knows: continents, countries, states of the US, regions of Ukraine.
 * https://docs.aws.amazon.com/Route53/latest/APIReference/API_GeoLocation.html
 */
import type { GeoLocation, GeoLocationDetails } from "@aws-sdk/client-route-53";
import { continents, countries } from "countries-list";
import { subdivisions } from "./subdivisions.ts";

/** In AWS's order: continents, then the default, then countries, each followed by its parts. */
export const geoLocations: readonly GeoLocationDetails[] = [
  ...Object.entries(continents)
    .map(([ContinentCode, ContinentName]) => ({ ContinentCode, ContinentName }))
    .sort((a, b) => (a.ContinentCode < b.ContinentCode ? -1 : 1)),
  { CountryCode: "*", CountryName: "Default" },
  ...Object.entries(countries)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([CountryCode, { name }]) => [
      { CountryCode, CountryName: name },
      ...(subdivisions[CountryCode] ?? []).map(([SubdivisionCode, SubdivisionName]) => ({
        CountryCode,
        CountryName: name,
        SubdivisionCode,
        SubdivisionName,
      })),
    ]),
];

export function findGeoLocation(place: GeoLocation): GeoLocationDetails | undefined {
  return geoLocations.find(
    (one) =>
      one.ContinentCode === place.ContinentCode &&
      one.CountryCode === place.CountryCode &&
      one.SubdivisionCode === place.SubdivisionCode,
  );
}

export function geoLocationExists(place: GeoLocation): boolean {
  return findGeoLocation(place) !== undefined;
}
/** Undefined for a country that nobody knows. */
export function continentOf(country: string): string | undefined {
  return (countries as Record<string, { continent: string }>)[country]?.continent;
}
