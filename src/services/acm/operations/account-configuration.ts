import type { Operation } from "#services/kit/service.ts";
import { accounts } from "../records.ts";
import type { State } from "../state.ts";

/** https://docs.aws.amazon.com/acm/latest/APIReference/API_PutAccountConfiguration.html */
const defaultDays = 45;

export const getAccountConfiguration: Operation<"acm", "GetAccountConfiguration", State> = async (
  _input,
  context,
) => {
  const record = await context.store.transaction((tx) => accounts.get(tx, context, "account"));
  return { ExpiryEvents: { DaysBeforeExpiry: record?.daysBeforeExpiry ?? defaultDays } };
};

export const putAccountConfiguration: Operation<"acm", "PutAccountConfiguration", State> = async (
  { ExpiryEvents },
  context,
) => {
  await context.store.transaction(async (tx) => {
    accounts.put(tx, context, ["account"], {
      daysBeforeExpiry: ExpiryEvents?.DaysBeforeExpiry ?? defaultDays,
    });
  });
  return {};
};
