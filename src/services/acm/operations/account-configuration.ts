import type { Operation } from "#services/kit/service.ts";
import { limits } from "../limits.ts";
import { accounts } from "../records.ts";
import type { State } from "../state.ts";

export const getAccountConfiguration: Operation<"acm", "GetAccountConfiguration", State> = async (
  _input,
  context,
) => {
  const record = await context.store.transaction((tx) => accounts.get(tx, context, "account"));
  return {
    ExpiryEvents: { DaysBeforeExpiry: record?.daysBeforeExpiry ?? limits.daysBeforeExpiry },
  };
};

/**
 * A token used again within an hour means the call that used it first.
 * https://docs.aws.amazon.com/acm/latest/APIReference/API_PutAccountConfiguration.html
 */
export const putAccountConfiguration: Operation<"acm", "PutAccountConfiguration", State> = async (
  { ExpiryEvents, IdempotencyToken: token },
  context,
) => {
  const nowMs = context.clock.now();
  await context.store.transaction(async (tx) => {
    const record = await accounts.get(tx, context, "account");
    const tokens = Object.fromEntries(
      Object.entries(record?.tokens ?? {}).filter(([, atMs]) => nowMs - atMs < limits.tokenMs),
    );
    if (tokens[token!] !== undefined) return;
    accounts.put(tx, context, ["account"], {
      daysBeforeExpiry: ExpiryEvents?.DaysBeforeExpiry ?? limits.daysBeforeExpiry,
      tokens: { ...tokens, [token!]: nowMs },
    });
  });
  return {};
};
