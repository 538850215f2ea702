/** What makes two metrics the same: namespace, name and the set of dimensions. */
import { createHash } from "node:crypto";
import type { Key } from "#store/store.ts";

export type DimensionPairs = [name: string, value: string][];

interface AwsDimension {
  Name?: string | undefined;
  Value?: string | undefined;
}

/** Longer texts are replaced by a digest, so that a metric's key stays within what stores take. */
const longestPlainText = 1500;

export function dimensionPairs(dimensions: readonly AwsDimension[] | undefined): DimensionPairs {
  const pairs = (dimensions ?? []).map(({ Name, Value }): [string, string] => [
    Name ?? "",
    Value ?? "",
  ]);
  if (pairs.length > 1) pairs.sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0));
  return pairs;
}

export function dimensionsText(pairs: DimensionPairs): string {
  let text = "";
  for (const [name, value] of pairs) text += `${name}\u0001${value}\u0002`;
  if (text.length <= longestPlainText) return text;
  return `${text.slice(0, 200)}\u0003${createHash("sha256").update(text).digest("base64url")}`;
}

export function metricId(namespace: string, name: string, pairs: DimensionPairs): Key {
  return [namespace, name, dimensionsText(pairs)];
}

export function toAwsDimensions(pairs: DimensionPairs): { Name: string; Value: string }[] {
  return pairs.map(([Name, Value]) => ({ Name, Value }));
}
