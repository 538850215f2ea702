/** Where a client is, as far as the table of places knows. */
import { parseCidr, within } from "../cidr.ts";
import { continentOf } from "../geo/locations.ts";
import { distanceKm, regionCoordinates, regionPlaces, type Coordinates } from "../geo/regions.ts";
import type { LocationConfig } from "./config.ts";

export interface Place {
  continent: string | undefined;
  country: string | undefined;
  subdivision: string | undefined;
  coordinates: Coordinates | undefined;
  region: string | undefined;
}

export type FindPlace = (address: string) => Place | undefined;

/** The most specific block that an address lies in. */
export function createFindPlace(table: readonly LocationConfig[]): FindPlace {
  const rows = table
    .flatMap((row) => {
      const block = parseCidr(row.cidr);
      return block ? [{ prefix: block.prefix, matches: within(block), place: placeOf(row) }] : [];
    })
    .sort((a, b) => b.prefix - a.prefix);
  return (address) => rows.find(({ matches }) => matches(address))?.place;
}

export function placeOfRegion(region: string): Place {
  const [country, subdivision] = regionPlaces[region] ?? [];
  return placeOf({ cidr: "", region, country, subdivision });
}

function placeOf(row: LocationConfig): Place {
  const { latitude, longitude, region, country } = row;
  const given =
    latitude !== undefined && longitude !== undefined ? { latitude, longitude } : undefined;
  return {
    continent: row.continent ?? (country === undefined ? undefined : continentOf(country)),
    country,
    subdivision: row.subdivision,
    coordinates: given ?? (region === undefined ? undefined : regionCoordinates[region]),
    region,
  };
}

/** How far a client is from a region: nothing where the table says that it is the nearest. */
export function distanceToRegion(
  place: Place | undefined,
  region: string,
  defaultRegion: string,
): number {
  if (place?.region === region) return 0;
  const from = place?.coordinates ?? regionCoordinates[defaultRegion];
  const to = regionCoordinates[region];
  if (!from || !to) return region === defaultRegion ? 0 : Number.MAX_SAFE_INTEGER;
  return distanceKm(from, to);
}
