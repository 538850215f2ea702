/**
 * Where the DNS server listens, and the table of where clients are:
 *
 *     GET  /_fogbank/dns            {"host": "127.0.0.1", "port": 4553}
 *     GET  /_fogbank/dns/locations  [{"cidr": "203.0.113.0/24", "country": "DE", "region": "eu-central-1"}, …]
 *     POST /_fogbank/dns/locations  the same, in place of the table that was there
 *
 * Clients are known by their EDNS client subnet or by the address that they ask from.
 */
import { readBody, type HttpReply, type HttpRequest } from "#http/http.ts";
import type { Environment, Site } from "#services/kit/service.ts";
import { parseCidr } from "./cidr.ts";
import type { LocationConfig } from "./dataplane/config.ts";
import { clientLocations, placesScope } from "./records.ts";
import type { State } from "./state.ts";

const path = "/_fogbank/dns";

export function dnsSite(env: Environment, state: State): Site {
  const read = () =>
    env.store.transaction(async (tx) => {
      const found = await clientLocations.get(tx, placesScope, "table");
      return found?.locations ?? [];
    });
  return {
    matches: ({ target }) => target === path || target === `${path}/locations`,
    async handle(request) {
      if (request.target === path)
        return json(200, { host: env.dns?.host, port: state.boundPort });
      if (request.method === "GET") return json(200, await read());
      const locations = await readLocations(request);
      if (!locations)
        return json(400, { message: "a list of {cidr, country, subdivision, continent, region, latitude, longitude} is expected" });
      await env.store.transaction((tx) => clientLocations.put(tx, placesScope, ["table"], { locations }));
      return json(200, locations);
    },
  };
}
