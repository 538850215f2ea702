/**
 * What becomes of a Spot request, and of an interruption: pure decisions.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-request-status.html
 */
import type { InstanceRecord } from "../instances/records.ts";
import { stateReasons } from "../instances/states.ts";
import type { InterruptionCause, InterruptionRecord, SpotRequestRecord } from "./records.ts";

export type RequestStep =
  | {
      do: "set";
      state: SpotRequestRecord["state"];
      code: string;
      /** The instance is the request's no longer. */
      lets?: true;
      afterMs?: number;
    }
  | { do: "launch" }
  /** Ended long ago: it is shown no longer. */
  | { do: "forget" }
  /** Starts the instance that an interruption had stopped. */
  | { do: "restart" }
  | { do: "wait"; afterMs?: number };

export interface Market {
  nowMs: number;
  /** What the pool costs; undefined where the zone is open. */
  price: number | undefined;
  /** Why the instance was interrupted, if it was. */
  cause: InterruptionCause | undefined;
}

/** "Requests are deleted from the list some time after they are over"; AWS does not say when. */
const shownMs = 48 * 3_600_000;
/** Prices move by rules too, so a request that waits for one looks again. */
const lookAgainMs = 60_000;

type Seen = Pick<InstanceRecord, "state" | "stateReason">;

export function planRequest(
  request: SpotRequestRecord,
  instance: Seen | undefined,
  market: Market,
): RequestStep {
  switch (request.state) {
    case "open":
      return planOpen(request, market);
    case "active":
      if (hasEnded(instance)) return ended(request, instance, market);
      if (instance!.state === "stopping" || instance!.state === "stopped")
        return { do: "set", state: "disabled", code: `instance-stopped-${word(market.cause)}` };
      return { do: "wait" };
    case "disabled":
      return planDisabled(request, instance, market);
    case "cancelled":
      if (request.status.code !== "request-canceled-and-instance-running")
        return planForgetting(request, market.nowMs);
      return hasEnded(instance)
        ? { do: "set", state: "cancelled", code: `instance-terminated-${word(market.cause)}` }
        : { do: "wait" };
    default:
      return planForgetting(request, market.nowMs);
  }
}

function planForgetting({ status }: SpotRequestRecord, nowMs: number): RequestStep {
  const leftMs = status.updatedMs + shownMs - nowMs;
  return leftMs <= 0 ? { do: "forget" } : { do: "wait", afterMs: leftMs };
}

function planOpen(request: SpotRequestRecord, { nowMs, price }: Market): RequestStep {
  const { validFromMs = 0, validUntilMs = Infinity, noCapacityUntilMs = 0 } = request;
  const open = (code: string, afterMs: number): RequestStep => ({
    do: "set",
    state: "open",
    code,
    afterMs,
  });
  if (nowMs >= validUntilMs) return { do: "set", state: "closed", code: "schedule-expired" };
  if (nowMs < validFromMs) return open("not-scheduled-yet", validFromMs - nowMs);
  const soon = (afterMs: number) => Math.min(afterMs, validUntilMs - nowMs);
  if (nowMs < noCapacityUntilMs)
    return open(
      request.status.code === "price-too-low" ? "price-too-low" : "capacity-not-available",
      soon(noCapacityUntilMs - nowMs),
    );
  if (price !== undefined && price > Number(request.maxPrice))
    return open("price-too-low", soon(lookAgainMs));
  return { do: "launch" };
}

function planDisabled(
  request: SpotRequestRecord,
  instance: Seen | undefined,
  market: Market,
): RequestStep {
  if (hasEnded(instance)) return ended(request, instance, market);
  const { state, stateReason } = instance!;
  if (state === "pending" || state === "running")
    return { do: "set", state: "active", code: "fulfilled" };
  // Only EC2 starts what EC2 has stopped; what its user has stopped it leaves alone.
  if (state !== "stopped" || stateReason?.code !== stateReasons.spotShutdown.code)
    return { do: "wait" };
  const leftMs = (request.noCapacityUntilMs ?? 0) - market.nowMs;
  if (leftMs > 0) return { do: "wait", afterMs: leftMs };
  if (market.price !== undefined && market.price > Number(request.maxPrice))
    return { do: "wait", afterMs: lookAgainMs };
  return { do: "restart" };
}

function hasEnded(instance: Seen | undefined): boolean {
  return !instance || instance.state === "shutting-down" || instance.state === "terminated";
}

/** A persistent request goes on until it is cancelled or expires; a fleet's does not, the fleet itself replaces. */
function ended(
  { type, validUntilMs = Infinity, fleetId }: SpotRequestRecord,
  instance: Seen | undefined,
  { nowMs, cause }: Market,
): RequestStep {
  const code =
    instance?.stateReason?.code === stateReasons.launchFailed.code
      ? "instance-terminated-launch-failure"
      : `instance-terminated-${word(cause)}`;
  const goesOn = type === "persistent" && nowMs < validUntilMs && fleetId === undefined;
  return goesOn
    ? { do: "set", state: "open", code, lets: true }
    : { do: "set", state: "closed", code };
}

function word(cause: InterruptionCause | undefined): string {
  if (cause === undefined) return "by-user";
  return cause === "capacity" ? "no-capacity" : `by-${cause}`;
}

export type InterruptionStep =
  | { do: "tell-rebalance" }
  | { do: "tell-warning" }
  | { do: "interrupt" }
  | { do: "forget" }
  | { do: "wait"; afterMs?: number };

/** "Two minutes before it is stopped or terminated." https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html */
export const noticeMs = 120_000;

export function planInterruption(
  { told, interruptMs, acted }: InterruptionRecord,
  instance: Seen | undefined,
  nowMs: number,
): InterruptionStep {
  if (!instance || instance.state === "terminated" || instance.state === "stopped")
    return { do: "forget" };
  if (!told.rebalance) return { do: "tell-rebalance" };
  if (interruptMs === undefined || acted) return { do: "wait" };
  if (!told.warning && nowMs >= interruptMs - noticeMs) return { do: "tell-warning" };
  if (nowMs >= interruptMs) return { do: "interrupt" };
  const nextMs = told.warning ? interruptMs : interruptMs - noticeMs;
  return { do: "wait", afterMs: nextMs - nowMs };
}
