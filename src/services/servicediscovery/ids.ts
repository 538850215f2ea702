/** Ids as Cloud Map makes them. */
import type { Random } from "#runtime/random.ts";

const alphabet = "abcdefghijklmnopqrstuvwxyz234567";

/** "ns-…" for namespaces, "srv-…" for services. */
export function drawId(random: Random, prefix: "ns" | "srv"): string {
  return `${prefix}-${random.string(16, alphabet)}`;
}

export function drawOperationId(random: Random): string {
  return `${random.string(32, alphabet)}-${random.string(8, alphabet)}`;
}

/** Clients may give ARNs where ids are asked for. */
export function bareId(given: string | undefined): string {
  return (given ?? "").replace(/^arn:.*\//, "");
}
