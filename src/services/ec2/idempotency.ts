/**
 * Client tokens: the same request with the same token gives the same resource once more.
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
 */
import { createHash } from "node:crypto";
import type { Clock } from "#runtime/clock.ts";
import { collection, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { idempotentParameterMismatch } from "./errors.ts";

interface TokenRecord {
  /** A digest of the request's parameters. */
  parameters: string;
  resourceId: string;
  rememberedMs: number;
}

/** By operation and token. */
const tokens = collection<TokenRecord>("ec2", "client-token");
/** [rememberedMs, operation, token]: the oldest first, so that they are found when they expire. */
const tokenAges = collection<{ operation: string; token: string }>("ec2", "client-token-age");

const day = 86_400_000;
/** How many expired tokens a new one takes away: more than come in, so that none stay for ever. */
const forgottenAtOnce = 4;

interface Caller extends Scope {
  readonly clock: Clock;
}

/** For operations whose result needs no token once this time has passed. */
export const tokenLifeMs = day;

/**
 * The resource that an earlier request with this token made; undefined for a new token. Throws
 * IdempotentParameterMismatch when the earlier request asked for something else. Without a life the
 * token counts until it is forgotten together with its resource.
 */
export async function findByToken(
  tx: Transaction,
  caller: Caller,
  operation: string,
  token: string | undefined,
  input: unknown,
  lifeMs = Number.POSITIVE_INFINITY,
): Promise<string | undefined> {
  if (!token) return undefined;
  const earlier = await tokens.get(tx, caller, operation, token);
  if (!earlier || caller.clock.now() - earlier.rememberedMs >= lifeMs) return undefined;
  if (earlier.parameters !== digest(input)) throw idempotentParameterMismatch(token);
  return earlier.resourceId;
}

export function rememberToken(
  tx: Transaction,
  caller: Caller,
  operation: string,
  token: string | undefined,
  input: unknown,
  resourceId: string,
): void {
  if (!token) return;
  const rememberedMs = caller.clock.now();
  tokens.put(tx, caller, [operation, token], {
    parameters: digest(input),
    resourceId,
    rememberedMs,
  });
}

/** As `rememberToken`, for a day: tokens older than that are taken away by and by. */
export async function rememberTokenForADay(
  tx: Transaction,
  caller: Caller,
  operation: string,
  token: string | undefined,
  input: unknown,
  resourceId: string,
): Promise<void> {
  if (!token) return;
  rememberToken(tx, caller, operation, token, input, resourceId);
  const nowMs = caller.clock.now();
  tokenAges.put(tx, caller, [nowMs, operation, token], { operation, token });
  const oldest = await tokenAges.entries(tx, caller, [], { limit: forgottenAtOnce });
  for (const { id, record } of oldest) {
    if (nowMs - Number(id[0]) < tokenLifeMs) break;
    tokenAges.delete(tx, caller, ...id);
    const known = await tokens.get(tx, caller, record.operation, record.token);
    // The token may have been used anew since.
    if (known?.rememberedMs === id[0]) forgetToken(tx, caller, record.operation, record.token);
  }
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
