/** Whether the zone above, where it is one of this cloud, vouches for a key: whoever trusts that would find nothing. */
import { listScopes } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { isWithin, reversedName } from "../names.ts";
import { hostedZones, recordSets, type KeySigningKeyRecord } from "../records.ts";
import { dnskeyData, keySigningFlag, keyTag } from "./keys.ts";

export async function isInParentDs(
  tx: Transaction,
  zoneName: string,
  keys: readonly KeySigningKeyRecord[],
): Promise<boolean> {
  const tags = new Set(
    keys.map(({ publicKey }) =>
      keyTag(dnskeyData(keySigningFlag, Buffer.from(publicKey, "base64"))),
    ),
  );
  for (const scope of await listScopes(tx))
    for (const { id, name, isPrivate } of await hostedZones.list(tx, scope)) {
      if (isPrivate || name === zoneName || !isWithin(zoneName, name)) continue;
      const sets = await recordSets.list(tx, scope, [id, reversedName(zoneName), "DS"]);
      for (const { Value = "" } of sets.flatMap(({ ResourceRecords = [] }) => ResourceRecords))
        if (tags.has(Number(Value.trim().split(/\s+/)[0]))) return true;
    }
  return false;
}
