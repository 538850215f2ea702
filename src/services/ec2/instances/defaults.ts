/** What an account decided for its new instances of a region. */
import { collection, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { MetadataOptions } from "./records.ts";

export interface InstanceDefaults {
  metadata: Partial<
    Pick<
      MetadataOptions,
      "httpTokens" | "httpPutResponseHopLimit" | "httpEndpoint" | "instanceMetadataTags"
    >
  >;
  /** By burstable family. */
  credits: Partial<Record<string, "standard" | "unlimited">>;
}

export const instanceDefaults = collection<InstanceDefaults>("ec2", "instance-defaults");

export async function readDefaults(tx: Transaction, scope: Scope): Promise<InstanceDefaults> {
  return (await instanceDefaults.get(tx, scope)) ?? { metadata: {}, credits: {} };
}
