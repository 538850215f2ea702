import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { invalidToken } from "../errors.ts";
import { limits } from "../limits.ts";
import { scalableTargets } from "../records.ts";

export const describeScalableTargets: Operation<
  "applicationautoscaling",
  "DescribeScalableTargets",
  undefined
> = async (input, context) => {
  const found = await context.store.transaction((tx) => scalableTargets.entries(tx, context));
  const page = paginate(found, {
    limit: input.MaxResults ?? limits.listPage,
    token: input.NextToken,
    keyOf: ({ id: [own] }) => String(own),
    invalidToken,
  });
  return { ScalableTargets: page.items.map(({ record }) => record), NextToken: page.nextToken };
};
