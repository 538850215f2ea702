import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { invalidToken } from "../errors.ts";
import { limits } from "../limits.ts";
import { rules } from "../records.ts";

export const listRules: Operation<"events", "ListRules", undefined> = async (input, context) => {
  const found = await context.store.transaction((tx) => rules.entries(tx, context));
  const page = paginate(found, {
    limit: input.Limit ?? limits.listPage,
    token: input.NextToken,
    keyOf: ({ id: [own] }) => String(own),
    invalidToken,
  });
  return { Rules: page.items.map(({ record }) => record), NextToken: page.nextToken };
};
