/** A topic's subscriptions as every publication needs them: read once, forgotten when one of them changes. */
import type { Scope } from "#store/collection.ts";
import type { Store, Transaction } from "#store/store.ts";
import { subscriptions, type SubscriptionRecord } from "./records.ts";

/** Enough for the topics in use; beyond it the cache starts over. */
const mostCached = 1000;

export interface Subscribers {
  /** Not to be changed: they are shared. */
  of(tx: Transaction, scope: Scope, topicName: string): Promise<readonly SubscriptionRecord[]>;
  /** Forgets everything and watches no more. */
  close(): void;
}

export function createSubscribers(store: Store): Subscribers {
  const cached = new Map<string, readonly SubscriptionRecord[]>();
  const nameOf = ({ account, region }: Scope, topicName: string) =>
    `${account}/${region}/${topicName}`;
  const unwatch = store.watchCollection(subscriptions.path, (keys) => {
    for (const key of keys) {
      const { scope, id } = subscriptions.parse(key)!;
      cached.delete(nameOf(scope, id[0] as string));
    }
  });
  return {
    async of(tx, scope, topicName) {
      const name = nameOf(scope, topicName);
      const present = cached.get(name);
      if (present) return present;
      const found = await subscriptions.list(tx, scope, [topicName]);
      if (cached.size >= mostCached) cached.clear();
      // No commit comes between the reading and this: transactions run one after the other.
      cached.set(name, found);
      return found;
    },
    close() {
      unwatch();
      cached.clear();
    },
  };
}
