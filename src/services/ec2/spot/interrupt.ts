/** Begins the interruption of a Spot Instance, for whoever may ask for one. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import type { InstanceRecord } from "../instances/records.ts";
import { noticeMs } from "./plan.ts";
import { interruptions, spotRequests, type InterruptionCause } from "./records.ts";

export interface Interruption {
  cause: InterruptionCause;
  nowMs: number;
  /** How long after the recommendation, two minutes at the least; undefined: the recommendation alone. */
  afterMs: number | undefined;
}

/** False for an instance that is none of Spot's, does not run, or is interrupted already. */
export async function beginInterruption(
  tx: Transaction,
  scope: Scope,
  instance: InstanceRecord,
  { cause, nowMs, afterMs }: Interruption,
): Promise<boolean> {
  const { instanceId, spotRequestId, state } = instance;
  if (spotRequestId === undefined || (state !== "running" && state !== "pending")) return false;
  const present = await interruptions.get(tx, scope, instanceId);
  if (present && (present.interruptMs !== undefined || afterMs === undefined)) return false;
  const request = await spotRequests.get(tx, scope, spotRequestId);
  interruptions.put(tx, scope, [instanceId], {
    instanceId,
    cause,
    startedMs: present?.startedMs ?? nowMs,
    ...(afterMs !== undefined && { interruptMs: nowMs + Math.max(afterMs, noticeMs) }),
    action: request?.interruptionBehavior ?? "terminate",
    told: present?.told ?? {},
  });
  return true;
}
