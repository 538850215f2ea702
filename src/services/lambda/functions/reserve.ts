/** Executions at once that are kept for a function, and their sum. https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { functions, reservations, type FunctionRecord } from "../records.ts";

/** What all functions have reserved. */
export async function reservedSum(tx: Transaction, scope: Scope): Promise<number> {
  return reservations.view(tx, scope)?.sum ?? 0;
}

/** Keeps so many for a function, undefined for none; answers what all functions have then. */
export async function reserve(
  tx: Transaction,
  scope: Scope,
  own: FunctionRecord,
  wanted: number | undefined,
): Promise<number> {
  const sum = (await reservedSum(tx, scope)) - (own.reservedConcurrency ?? 0) + (wanted ?? 0);
  reservations.put(tx, scope, [], { sum });
  functions.put(tx, scope, [own.name], { ...own, reservedConcurrency: wanted });
  return sum;
}
