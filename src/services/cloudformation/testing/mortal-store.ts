import type { Store } from "#store/store.ts";

/**
 * A store that stops answering after so many transactions, as if its process had been killed. `bury` has whoever still
 * waits fail, so that what is left of the process can be stopped.
 */
export function mortalStore(store: Store, transactions: number) {
  let left = transactions;
  const death = Promise.withResolvers<void>();
  const silence = Promise.withResolvers<never>();
  silence.promise.catch(() => {});
  const mortal: Store = {
    ...store,
    transaction(run) {
      if (left-- > 0) return store.transaction(run);
      death.resolve();
      return silence.promise;
    },
    close: async () => {},
  };
  const bury = () => silence.reject(new Error("the process was killed"));
  return { mortal, death: death.promise, bury };
}
