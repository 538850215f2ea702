import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { invalidToken } from "../errors.ts";
import { limits } from "../limits.ts";
import { keys } from "../records.ts";

export const listKeys: Operation<"kms", "ListKeys", undefined> = async (input, context) => {
  const found = await context.store.transaction((tx) => keys.entries(tx, context));
  const page = paginate(found, {
    limit: input.Limit ?? limits.listPage,
    token: input.Marker,
    keyOf: ({ id: [own] }) => String(own),
    invalidToken,
  });
  return { Keys: page.items.map(({ record }) => record), NextMarker: page.nextToken };
};
