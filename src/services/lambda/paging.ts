/** Pages of Lambda's lists. */
import { paginate } from "#services/kit/pagination.ts";
import { invalidToken } from "./errors.ts";
import { limits } from "./limits.ts";

interface Asked {
  Marker?: string | undefined;
  MaxItems?: number | undefined;
}

/** Of at most so many items, "even if you set the number higher"; items come sorted by their keys. */
export function pageOf<T>(
  items: readonly T[],
  { Marker, MaxItems }: Asked,
  keyOf: (item: T) => string,
  most: number = limits.listPage,
): { items: T[]; NextMarker: string | undefined } {
  const page = paginate(items, {
    limit: Math.min(MaxItems ?? most, most),
    token: Marker,
    keyOf,
    invalidToken,
  });
  return { items: page.items, NextMarker: page.nextToken };
}
