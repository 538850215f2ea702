/** A service's records of one kind, kept apart per account and region. */
import { encodeKey, encodeUnder, type EncodedKey } from "./keys.ts";
import type { CollectionPath, Key, KeyPart, RangeOptions, Transaction } from "./store.ts";

export interface Scope {
  /** Twelve digits. */
  readonly account: string;
  /** An AWS region such as "us-east-1"; "global" for services that have one endpoint for all. */
  readonly region: string;
}

export interface Collection<T> {
  /** The service that owns the records, then their kind: ["sqs", "queue"]. */
  readonly path: CollectionPath;
  key(scope: Scope, ...id: Key): Key;
  get(tx: Transaction, scope: Scope, ...id: Key): Promise<T | undefined>;
  /** As `get`, but there at once. */
  read(tx: Transaction, scope: Scope, ...id: Key): T | undefined;
  /** As `get`, but frozen, shared and there at once: for records that nearly every request reads. */
  view(tx: Transaction, scope: Scope, ...id: Key): T | undefined;
  put(tx: Transaction, scope: Scope, id: Key, record: T): void;
  delete(tx: Transaction, scope: Scope, ...id: Key): void;
  /** All records whose id starts with the prefix, in id order. */
  list(tx: Transaction, scope: Scope, prefix?: Key, options?: RangeOptions): Promise<T[]>;
  /** As `list`, each with its id. */
  entries(
    tx: Transaction,
    scope: Scope,
    prefix?: Key,
    options?: RangeOptions,
  ): Promise<{ id: Key; record: T }[]>;
  /** The scope and id of one of this collection's keys; undefined for any other key. */
  parse(key: Key): { scope: Scope; id: Key } | undefined;
}

export function collection<T>(service: string, kind: string): Collection<T> {
  const key = (scope: Scope, ...id: Key): Key => [
    scope.account,
    scope.region,
    service,
    kind,
    ...id,
  ];
  // What comes before a record's id, encoded for the scope that was last asked for: one request reads
  // and writes several records of one scope, and most clouds have only one.
  let last: { account: string; region: string; prefix: EncodedKey } | undefined;
  const encoded = ({ account, region }: Scope, id: Key): EncodedKey => {
    if (last?.account !== account || last.region !== region)
      last = { account, region, prefix: flat(encodeKey([account, region, service, kind])) };
    return encodeUnder(last.prefix, id);
  };
  return {
    path: [service, kind],
    key,
    get: (tx, scope, ...id) => tx.get<T>(encoded(scope, id)),
    read: (tx, scope, ...id) => tx.read<T>(encoded(scope, id)),
    view: (tx, scope, ...id) => tx.view<T>(encoded(scope, id)),
    put: (tx, scope, id, record) => tx.put(encoded(scope, id), record),
    delete: (tx, scope, ...id) => tx.delete(encoded(scope, id)),
    async list(tx, scope, prefix = [], options) {
      const found = await tx.range<T>(encoded(scope, prefix), options);
      return found.map((entry) => entry.value);
    },
    async entries(tx, scope, prefix = [], options) {
      const found = await tx.range<T>(encoded(scope, prefix), options);
      return found.map((entry) => ({ id: entry.key.slice(4), record: entry.value }));
    },
    parse(found) {
      if (found[2] !== service || found[3] !== kind) return undefined;
      const [account, region] = found as [string, string, ...KeyPart[]];
      return { scope: { account, region }, id: found.slice(4) };
    },
  };
}

/** The same text in one piece, which the engine copies faster than one that was put together. */
function flat(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}

/** Every account and region that holds anything. Costs one short read per scope. */
export async function listScopes(tx: Transaction): Promise<Scope[]> {
  const scopes: Scope[] = [];
  let after: Key | undefined;
  for (;;) {
    const [entry] = await tx.range<unknown>([], { limit: 1, ...(after && { after }) });
    if (!entry) return scopes;
    const [account, region] = entry.key;
    if (typeof account !== "string" || typeof region !== "string") return scopes;
    scopes.push({ account, region });
    // A number sorts behind every string, so this lies behind all keys of the scope.
    after = [account, region, Number.POSITIVE_INFINITY];
  }
}
