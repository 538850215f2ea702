/** Finds stacks by name or id. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { limits } from "../limits.ts";
import { stackNames, stacks, type StackRecord } from "../records.ts";

const dayMs = 86_400_000;

/** A stack by its name or, even 90 days after its deletion, by its id. */
export async function findStack(
  tx: Transaction,
  scope: Scope,
  nameOrId: string,
  now: number,
): Promise<StackRecord | undefined> {
  if (!nameOrId.startsWith("arn:")) {
    const uuid = await stackNames.get(tx, scope, nameOrId);
    return uuid === undefined ? undefined : stacks.get(tx, scope, uuid);
  }
  const uuid = nameOrId.split("/")[2];
  const stack = uuid === undefined ? undefined : await stacks.get(tx, scope, uuid);
  if (stack?.arn !== nameOrId) return undefined;
  const expired =
    stack.deletedMs !== undefined && now - stack.deletedMs > limits.deletedStackDays * dayMs;
  return expired ? undefined : stack;
}
