/** What the DNS server is told, read from the store. */
import { listScopes, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { CommonConfig, ZoneConfig } from "./dataplane/config.ts";
import {
  cidrCollections,
  clientLocations,
  hostedZones,
  placesScope,
  recordSets,
} from "./records.ts";

/** Where clients are. */
export async function readPlaces(tx: Transaction): Promise<CommonConfig> {
  const collections: Record<string, Record<string, string[]>> = {};
  for (const scope of await listScopes(tx))
    for (const { id, locations } of await cidrCollections.list(tx, scope))
      collections[id] = locations;
  const places = await clientLocations.get(tx, placesScope, "table");
  return { collections, locations: places?.locations ?? [] };
}

export async function readZone(
  tx: Transaction,
  scope: Scope,
  id: string,
): Promise<ZoneConfig | undefined> {
  const zone = await hostedZones.get(tx, scope, id);
  return (
    zone && {
      id: zone.id,
      name: zone.name,
      isPrivate: zone.isPrivate,
      vpcs: zone.vpcs.map(({ VPCId, VPCRegion }) => ({ vpcId: VPCId!, region: VPCRegion! })),
      createdMs: zone.createdMs,
      sets: await recordSets.list(tx, scope, [id]),
    }
  );
}
