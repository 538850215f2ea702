/** Serial transactions and watches over a backend. Conflicts cannot arise within one process. */
import type { Backend, Write } from "./backend.ts";
import { decodeKey, encodeKey, encodePath, pathOf, type EncodedKey } from "./keys.ts";
import type { Key, Store, Transaction } from "./store.ts";
import { OpenTransaction } from "./transaction.ts";

type Run<T> = (tx: Transaction) => Promise<T> | T;
type Resolve<T> = (value: T) => void;
type Reject = (error: unknown) => void;
type Changed = (keys: readonly Key[]) => void;

interface Watcher {
  prefix: EncodedKey;
  changed: Changed;
}

/** Something that needs the store for itself: a transaction, or the end of all. */
interface Job {
  /** Calls `ended` when the next may start, perhaps before it returns. */
  start(): void;
  next: Job | undefined;
}

export function createStore(backend: Backend): Store {
  const watchers = new Set<Watcher>();
  /** By the collection's path. */
  const collectionWatchers = new Map<string, Set<Changed>>();
  let first: Job | undefined;
  let last: Job | undefined;
  let busy = false;
  let starting = false;
  let closed = false;

  // Callbacks rather than promises, and these made only where one waits: each costs every transaction.
  const startNext = () => {
    // When one ends before its start returns, the loop further up the stack goes on.
    if (starting) return;
    starting = true;
    while (first && !busy) {
      const job: Job = first;
      first = job.next;
      busy = true;
      job.start();
    }
    starting = false;
  };
  const ended = () => {
    busy = false;
    startNext();
  };
  const enqueue = (start: () => void) => {
    const job: Job = { start, next: undefined };
    if (first) last!.next = job;
    else first = job;
    last = job;
    startNext();
  };
  const commit = <T>(tx: OpenTransaction, value: T, resolve: Resolve<T>, reject: Reject) => {
    try {
      const writes = tx.end();
      backend.commit(writes, (error) => (error ? reject(error) : resolve(value)));
      if (writes.length > 0) {
        if (watchers.size > 0) notify(watchers, writes);
        if (collectionWatchers.size > 0) notifyOfCollections(collectionWatchers, writes);
      }
    } catch (error) {
      reject(error);
    }
    ended();
  };
  const fail = (tx: OpenTransaction, error: unknown, reject: Reject) => {
    tx.end();
    reject(error);
    ended();
  };
  const runTransaction = <T>(run: Run<T>, resolve: Resolve<T>, reject: Reject) => {
    if (closed) {
      reject(new Error("the store is closed"));
      return ended();
    }
    backend.begin();
    const tx = new OpenTransaction(backend);
    let result;
    try {
      result = run(tx);
    } catch (error) {
      return fail(tx, error, reject);
    }
    if (result instanceof Promise) commitLater(tx, result, resolve, reject);
    else commit(tx, result, resolve, reject);
  };
  const commitLater = <T>(
    tx: OpenTransaction,
    result: Promise<T>,
    resolve: Resolve<T>,
    reject: Reject,
  ) => {
    result.then(
      (value) => commit(tx, value, resolve, reject),
      (error: unknown) => fail(tx, error, reject),
    );
  };
  /** Runs it at once, within this call, when the store is idle. */
  const runInTurn = <T>(run: Run<T>, resolve: Resolve<T>, reject: Reject) => {
    if (busy || starting) return enqueue(() => runTransaction(run, resolve, reject));
    busy = true;
    runTransaction(run, resolve, reject);
  };
  const alone = (run: () => Promise<void>) =>
    new Promise<void>((resolve, reject) =>
      enqueue(() => void run().then(resolve, reject).finally(ended)),
    );
  return {
    durability: backend.durability,
    transaction: <T>(run: Run<T>) =>
      new Promise<T>((resolve, reject) => runInTurn(run, resolve, reject)),
    watch(prefix, changed) {
      const watcher = { prefix: encodeKey(prefix), changed };
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    watchCollection(path, changed) {
      const name = encodePath(path);
      const present = collectionWatchers.get(name) ?? new Set();
      collectionWatchers.set(name, present.add(changed));
      return () => {
        if (present.delete(changed) && present.size === 0) collectionWatchers.delete(name);
      };
    },
    clear: () => alone(() => backend.clear()),
    close: () =>
      alone(async () => {
        if (closed) return;
        closed = true;
        await backend.close();
      }),
  };
}

function notify(watchers: ReadonlySet<Watcher>, writes: readonly Write[]): void {
  for (const { prefix, changed } of watchers) {
    const touched: Key[] = [];
    for (const { key } of writes) if (key.startsWith(prefix)) touched.push(decodeKey(key));
    if (touched.length > 0) callBack(changed, touched);
  }
}

function notifyOfCollections(
  watchers: ReadonlyMap<string, ReadonlySet<Changed>>,
  writes: readonly Write[],
): void {
  let touched: Map<string, Key[]> | undefined;
  for (const { key } of writes) {
    const path = pathOf(key);
    if (!watchers.has(path)) continue;
    touched ??= new Map();
    const keys = touched.get(path);
    if (keys) keys.push(decodeKey(key));
    else touched.set(path, [decodeKey(key)]);
  }
  if (!touched) return;
  for (const [path, keys] of touched)
    for (const changed of watchers.get(path) ?? []) callBack(changed, keys);
}

/** A watcher that throws has a bug of its own: it must not undo or fail a commit that has happened. */
function callBack(changed: Changed, keys: readonly Key[]): void {
  try {
    changed(keys);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
