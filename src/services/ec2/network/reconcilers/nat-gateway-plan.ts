/** How a NAT gateway moves on by itself: a pure function of its record, its network and the time. */
import type { NatGatewayRecord } from "../records.ts";

/** AWS names no times; a NAT gateway is commonly up within two minutes and gone within one. */
const pendingMs = 60_000;
const deletingMs = 45_000;
/** How long an ended one stays to be seen. https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html */
const visibleMs = 3_600_000;

export type NatStep =
  | { do: "wait"; afterMs: number }
  | { do: "become"; state: "available" | "failed" | "deleted" }
  | { do: "forget" }
  | { do: "nothing" };

/** `reachesInternet`: whether the VPC has an internet gateway, without which a public one fails. */
export function planNat(
  { state, sinceMs, connectivityType }: NatGatewayRecord,
  reachesInternet: boolean,
  now: number,
): NatStep {
  if (state === "available") return { do: "nothing" };
  const lastsMs = {
    pending: pendingMs,
    deleting: deletingMs,
    failed: visibleMs,
    deleted: visibleMs,
  };
  const leftMs = sinceMs + lastsMs[state] - now;
  if (leftMs > 0) return { do: "wait", afterMs: leftMs };
  if (state === "deleted" || state === "failed") return { do: "forget" };
  if (state === "deleting") return { do: "become", state: "deleted" };
  const works = connectivityType === "private" || reachesInternet;
  return { do: "become", state: works ? "available" : "failed" };
}
