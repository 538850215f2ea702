/** Pages of load balancers and of limits: the marker is the name that came last. */
import { invalidMarker } from "./errors.ts";
import { limits } from "./limits.ts";

/** `items` come sorted by name. */
export function pageOf<T>(
  items: readonly T[],
  { Marker, PageSize }: { Marker?: string | undefined; PageSize?: number | undefined },
  nameOf: (item: T) => string,
): { items: T[]; NextMarker: string | undefined } {
  if (Marker !== undefined && !/^[A-Za-z0-9-]{1,32}$/.test(Marker)) throw invalidMarker();
  const rest = Marker === undefined ? items : items.filter((item) => nameOf(item) > Marker);
  const page = rest.slice(0, PageSize ?? limits.pageSize);
  const last = page.at(-1);
  const more = last !== undefined && page.length < rest.length;
  return { items: page, NextMarker: more ? nameOf(last) : undefined };
}
