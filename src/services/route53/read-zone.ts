import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { ZoneConfig } from "./dataplane/config.ts";
import { hostedZones, recordSets } from "./records.ts";

/** A zone as the DNS server needs it. */
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
      vpcs: zone.vpcs.map(({ VPCId }) => VPCId!),
      createdMs: zone.createdMs,
      sets: await recordSets.list(tx, scope, [id]),
    }
  );
}
