/**
 * Client tokens: the same request with the same token gives the same resource once more.
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
 */
import { createHash } from "node:crypto";
import { collection, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { idempotentParameterMismatch } from "./errors.ts";

interface TokenRecord {
  /** A digest of the request's parameters. */
  parameters: string;
  resourceId: string;
}

/** By operation and token. */
const tokens = collection<TokenRecord>("ec2", "client-token");

/**
 * The resource that an earlier request with this token made; undefined for a new token. Throws
 * IdempotentParameterMismatch when the earlier request asked for something else.
 */
export async function findByToken(
  tx: Transaction,
  scope: Scope,
  operation: string,
  token: string | undefined,
  input: unknown,
): Promise<string | undefined> {
  if (!token) return undefined;
  const earlier = await tokens.get(tx, scope, operation, token);
  if (earlier && earlier.parameters !== digest(input)) throw idempotentParameterMismatch(token);
  return earlier?.resourceId;
}

export function rememberToken(
  tx: Transaction,
  scope: Scope,
  operation: string,
  token: string | undefined,
  input: unknown,
  resourceId: string,
): void {
  if (token) tokens.put(tx, scope, [operation, token], { parameters: digest(input), resourceId });
}

export function forgetToken(
  tx: Transaction,
  scope: Scope,
  operation: string,
  token: string | undefined,
): void {
  if (token) tokens.delete(tx, scope, operation, token);
}

function digest(input: unknown): string {
  const text = JSON.stringify(input, (_key, value: unknown) =>
    value instanceof Object && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
  return createHash("sha256").update(text).digest("base64url");
}
