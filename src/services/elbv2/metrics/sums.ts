/** Sums of counts that are kept by zone. */
import type { NodeCounts, TargetCounts } from "#traffic/application/config.ts";
import { Counted, emptyNode } from "#traffic/application/counters.ts";

export function sumNodes(all: readonly NodeCounts[]): NodeCounts {
  return all.reduce(addTo, emptyNode());
}

export function sumTargets(all: readonly TargetCounts[]): TargetCounts {
  return all.reduce(addTo, new Counted().counts());
}

/** Numbers are added, and tables of numbers member by member. */
function addTo<T extends object>(total: T, counts: T): T {
  const sum = { ...total } as Record<string, number | Record<string, number>>;
  for (const [name, value] of Object.entries(counts) as [string, number | object][]) {
    const present = sum[name];
    if (typeof value === "number") sum[name] = ((present ?? 0) as number) + value;
    else
      sum[name] = addTo((present ?? {}) as Record<string, number>, value as Record<string, number>);
  }
  return sum as T;
}
