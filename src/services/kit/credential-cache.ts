/**
 * Access keys as an issuing service finds them for every signed request: read once, forgotten when one of
 * the account's records that went into them changes.
 */
import type { Key, Store, Transaction } from "#store/store.ts";
import { accountOfAccessKey } from "./access-key.ts";
import type { Credential } from "./service.ts";

/** Enough for every key in use; beyond it the cache starts over. */
const mostCached = 10_000;

export interface CredentialCache {
  find(accessKeyId: string): Promise<Credential | undefined>;
  /** Forgets everything and watches no more. */
  close(): void;
}

export interface CredentialCacheOptions {
  store: Store;
  prefix: "AKIA" | "ASIA";
  /** The keys under which any change may alter an account's credentials. */
  dependsOn: (account: string) => readonly Key[];
  load: (tx: Transaction, account: string, accessKeyId: string) => Promise<Credential | undefined>;
}

export function createCredentialCache(options: CredentialCacheOptions): CredentialCache {
  const { store, prefix, dependsOn, load } = options;
  const cached = new Map<string, Promise<Credential | undefined>>();
  const unwatch = new Map<string, (() => void)[]>();

  const forget = (account: string) => {
    for (const id of cached.keys()) if (accountOfAccessKey(id) === account) cached.delete(id);
  };
  const read = async (account: string, id: string): Promise<Credential | undefined> => {
    const found = await store.transaction((tx) => load(tx, account, id));
    // Only keys that exist are kept, so that guesses do not fill the cache.
    if (!found) cached.delete(id);
    return found;
  };
  return {
    async find(id) {
      if (!id.startsWith(prefix)) return undefined;
      const present = cached.get(id);
      if (present) return present;
      const account = accountOfAccessKey(id);
      if (account === undefined) return undefined;
      // Watching first, so that a change during the read already drops what it gives.
      if (!unwatch.has(account))
        unwatch.set(
          account,
          dependsOn(account).map((key) => store.watch(key, () => forget(account))),
        );
      if (cached.size >= mostCached) cached.clear();
      const reading = read(account, id);
      cached.set(id, reading);
      reading.catch(() => cached.delete(id));
      return reading;
    },
    close() {
      for (const stops of unwatch.values()) for (const stop of stops) stop();
      unwatch.clear();
      cached.clear();
    },
  };
}
