import type { Operation } from "#services/kit/service.ts";
import { paginate } from "#services/kit/pagination.ts";
import { invalidToken } from "../errors.ts";
import { limits } from "../limits.ts";
import { loadBalancerDescriptions } from "../records.ts";

export const describeLoadBalancers: Operation<"elb", "DescribeLoadBalancers", undefined> = async (
  input,
  context,
) => {
  const found = await context.store.transaction((tx) =>
    loadBalancerDescriptions.entries(tx, context),
  );
  const page = paginate(found, {
    limit: input.PageSize ?? limits.listPage,
    token: input.Marker,
    keyOf: ({ id: [own] }) => String(own),
    invalidToken,
  });
  return {
    LoadBalancerDescriptions: page.items.map(({ record }) => record),
    NextMarker: page.nextToken,
  };
};
