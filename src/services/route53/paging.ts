/** Pages by marker: the id at which the next page begins. */
import { invalidInput } from "./errors.ts";
import { limits } from "./limits.ts";

export interface MarkerPage<T> {
  items: T[];
  isTruncated: boolean;
  nextMarker: string | undefined;
  maxItems: number;
}

export function pageByMarker<T>(
  items: readonly T[],
  { Marker, MaxItems }: { Marker?: string | undefined; MaxItems?: number | undefined },
  idOf: (item: T) => string,
): MarkerPage<T> {
  const maxItems = pageSize(MaxItems, limits.listPage);
  const start = Marker ? items.findIndex((item) => idOf(item) === Marker) : 0;
  if (start < 0) throw invalidInput(`The specified marker is not valid: ${Marker}`);
  const next = items[start + maxItems];
  return {
    items: items.slice(start, start + maxItems),
    isTruncated: next !== undefined,
    nextMarker: next && idOf(next),
    maxItems,
  };
}

/** AWS takes more than its largest page and gives the largest. */
export function pageSize(given: number | undefined, largest: number): number {
  const size = given ?? largest;
  if (!Number.isInteger(size) || size < 1)
    throw invalidInput(`MaxItems must be a positive number, not ${given}`);
  return Math.min(size, largest);
}
