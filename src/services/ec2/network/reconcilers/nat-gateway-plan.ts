/** How a NAT gateway moves on by itself: a pure function of its state and the time. */
import type { NatGatewayRecord } from "../records.ts";

/** AWS names no times; a NAT gateway is commonly up within two minutes and gone within one. */
const pendingMs = 60_000;
const deletingMs = 45_000;
/** "The NAT gateway entry remains visible for about an hour." https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html */
const visibleMs = 3_600_000;

export type NatStep =
  | { do: "wait"; afterMs: number }
  | { do: "become"; state: "available" | "deleted" }
  | { do: "forget" }
  | { do: "nothing" };

export function planNat({ state, sinceMs }: NatGatewayRecord, now: number): NatStep {
  const dueMs = {
    pending: pendingMs,
    deleting: deletingMs,
    deleted: visibleMs,
    available: Infinity,
  };
  const leftMs = sinceMs + dueMs[state] - now;
  if (state === "available") return { do: "nothing" };
  if (leftMs > 0) return { do: "wait", afterMs: leftMs };
  if (state === "deleted") return { do: "forget" };
  return { do: "become", state: state === "pending" ? "available" : "deleted" };
}
