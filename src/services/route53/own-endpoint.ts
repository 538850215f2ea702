/**
 * Where the DNS server listens, and the table of where clients are:
 *
 *     GET  /_fogbank/dns            {"host": "127.0.0.1", "port": 4553, "locations": […]}
 *     POST /_fogbank/dns            {"locations": [{"cidr": "203.0.113.0/24", "country": "DE", "region": "eu-central-1"}, …]}
 *
 * A new table takes the old one's place. Clients are known by their EDNS client subnet, else by the address that they
 * ask from. A row may hold country, subdivision, continent, region (the one of least latency), latitude, longitude.
 */
import type { Environment, OwnEndpoint } from "#services/kit/service.ts";
import { parseCidr } from "./cidr.ts";
import type { LocationConfig } from "./dataplane/config.ts";
import { continentOf } from "./geo/locations.ts";
import { regionCoordinates } from "./geo/regions.ts";
import { clientLocations, placesScope } from "./records.ts";
import type { State } from "./state.ts";

export function dnsEndpoint(env: Environment, state: State): OwnEndpoint {
  return async ({ method, body }) => {
    const locations = method === "GET" ? undefined : checkTable(body);
    const present = await env.store.transaction(async (tx) => {
      if (locations) clientLocations.put(tx, placesScope, ["table"], { locations });
      return locations ?? (await clientLocations.get(tx, placesScope, "table"))?.locations ?? [];
    });
    // It may be on its way to its own thread, and answers nobody for a moment.
    await state.settled();
    return { host: env.dns?.host, port: state.boundPort, locations: present };
  };
}

/** Throws RangeError, saying what is wrong. */
function checkTable(body: unknown): LocationConfig[] {
  const { locations } = (body ?? {}) as { locations?: unknown };
  if (!Array.isArray(locations))
    throw new RangeError('write {"locations": [{"cidr": "203.0.113.0/24", "country": "DE"}]}');
  return locations.map((row: unknown) => checkRow((row ?? {}) as Record<string, unknown>));
}

function checkRow(row: Record<string, unknown>): LocationConfig {
  const { cidr, country, subdivision, continent, region, latitude, longitude } = row;
  if (typeof cidr !== "string" || !parseCidr(cidr))
    throw new RangeError(`${JSON.stringify(cidr)} is no block of addresses`);
  if (country !== undefined && (typeof country !== "string" || !continentOf(country)))
    throw new RangeError(`${JSON.stringify(country)} is no ISO 3166 code of a country`);
  if (region !== undefined && (typeof region !== "string" || !regionCoordinates[region]))
    throw new RangeError(`${JSON.stringify(region)} is no AWS region`);
  return {
    cidr,
    country,
    region,
    subdivision: text("subdivision", subdivision),
    continent: text("continent", continent),
    latitude: degrees("latitude", latitude, 90),
    longitude: degrees("longitude", longitude, 180),
  };
}

function text(name: string, value: unknown): string | undefined {
  if (value !== undefined && typeof value !== "string") throw new RangeError(`${name} is a code`);
  return value;
}

function degrees(name: string, value: unknown, most: number): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== "number" || !(Math.abs(value) <= most))
    throw new RangeError(`${name} is a number from -${most} to ${most}`);
  return value;
}
