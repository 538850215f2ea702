/** Pages of DescribeLoadBalancers: the marker is the name that came last. */
import { paginate } from "#services/kit/pagination.ts";
import { invalidMarker } from "./errors.ts";
import { limits } from "./limits.ts";

export function pageOf<T>(
  items: readonly T[],
  { Marker, PageSize }: { Marker?: string | undefined; PageSize?: number | undefined },
  keyOf: (item: T) => string,
): { items: T[]; NextMarker: string | undefined } {
  const page = paginate(items, {
    limit: PageSize ?? limits.pageSize,
    token: Marker,
    keyOf,
    invalidToken: invalidMarker,
  });
  return { items: page.items, NextMarker: page.nextToken };
}
