import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { invalidToken } from "../errors.ts";
import { limits } from "../limits.ts";
import { functions } from "../records.ts";

export const listFunctions: Operation<"lambda", "ListFunctions", undefined> = async (
  input,
  context,
) => {
  const found = await context.store.transaction((tx) => functions.entries(tx, context));
  const page = paginate(found, {
    limit: input.MaxItems ?? limits.listPage,
    token: input.Marker,
    keyOf: ({ id: [own] }) => String(own),
    invalidToken,
  });
  return { Functions: page.items.map(({ record }) => record), NextMarker: page.nextToken };
};
