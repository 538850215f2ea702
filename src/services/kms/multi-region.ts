/** Multi-Region keys: related keys of one id and one material. https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { keys, type KeyRecord } from "./records.ts";

/** The Region of a key's ARN. */
export function regionOf({ arn }: KeyRecord): string {
  return arn.split(":")[3]!;
}

export function arnIn({ arn }: KeyRecord, region: string): string {
  return arn.replace(/^((?:[^:]+:){3})[^:]+/, `$1${region}`);
}

export function isReplica(key: KeyRecord): boolean {
  return key.regions !== undefined && key.regions.primary !== regionOf(key);
}

/** Writes what related keys share to all others of a key's Regions. */
export async function shareWithRelated(
  tx: Transaction,
  { account }: Scope,
  key: KeyRecord,
  shared: Partial<KeyRecord>,
): Promise<void> {
  const { regions } = key;
  for (const region of regions ? [regions.primary, ...regions.replicas] : []) {
    if (region === regionOf(key)) continue;
    const place = { account, region };
    const related = await keys.get(tx, place, key.keyId);
    if (related) keys.put(tx, place, [key.keyId], { ...related, ...shared });
  }
}
