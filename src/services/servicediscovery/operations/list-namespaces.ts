import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { invalidToken } from "../errors.ts";
import { limits } from "../limits.ts";
import { namespaces } from "../records.ts";

export const listNamespaces: Operation<"servicediscovery", "ListNamespaces", undefined> = async (
  input,
  context,
) => {
  const found = await context.store.transaction((tx) => namespaces.entries(tx, context));
  const page = paginate(found, {
    limit: input.MaxResults ?? limits.listPage,
    token: input.NextToken,
    keyOf: ({ id: [own] }) => String(own),
    invalidToken,
  });
  return { Namespaces: page.items.map(({ record }) => record), NextToken: page.nextToken };
};
