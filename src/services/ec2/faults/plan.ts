/** What a fault still has to do to the machines it is meant for: a pure decision. */
import type { Impairment } from "#compute/driver.ts";
import type { InstanceRecord } from "../instances/records.ts";
import type { FaultRecord } from "./records.ts";

export type FaultStep =
  | { do: "kill"; instanceIds: string[] }
  | { do: "close-port"; instanceId: string; port: number }
  | { do: "impair"; instanceId: string; impairment: Impairment }
  | { do: "stall"; volumeId: string; paused: boolean }
  /** Power is back: what died of its lack boots again. */
  | { do: "revive"; instanceIds: string[] };

export interface FaultPlan {
  steps: FaultStep[];
  /** What becomes of the record afterwards. */
  afterwards: "keep" | "forget";
  afterMs?: number;
}

type Affected = Pick<InstanceRecord, "instanceId" | "zone" | "state" | "machine">;

/**
 * `others` are the faults that are active besides this one: what several do to one machine adds up,
 * so that the end of one leaves what the others do.
 */
export function planFault(
  fault: FaultRecord,
  instances: readonly Affected[],
  others: readonly FaultRecord[],
  nowMs: number,
): FaultPlan {
  const { target, kind } = fault;
  if ("volumeId" in target) return planStall(fault, target.volumeId, others, nowMs);
  const meant = instances.filter((instance) => isMeant(target, instance));
  const running = meant.filter(({ state }) => state === "running");
  const expired = fault.untilMs !== undefined && nowMs >= fault.untilMs;
  if (fault.state === "ending" || expired) return planEnd(fault, running, others);
  const keep: FaultPlan = {
    steps: [],
    afterwards: meant.length === 0 && "instanceId" in target ? "forget" : "keep",
    ...(fault.untilMs !== undefined && { afterMs: fault.untilMs - nowMs }),
  };
  const alive = running.filter(({ machine }) => machine.impairedMs === undefined);
  const ids = alive.map(({ instanceId }) => instanceId);
  switch (kind) {
    case "kill":
      return { steps: [{ do: "kill", instanceIds: ids }], afterwards: "forget" };
    case "close-port":
      return {
        steps: ids.map((instanceId) => ({ do: "close-port", instanceId, port: fault.port! })),
        afterwards: "forget",
      };
    case "power-cut":
      return ids.length > 0 ? { ...keep, steps: [{ do: "kill", instanceIds: ids }] } : keep;
    default:
      return {
        ...keep,
        steps: ids.map((instanceId) => ({
          do: "impair",
          instanceId,
          impairment: impairmentOf(instanceId, [fault, ...others], alive),
        })),
      };
  }
}

/** Done again and again: a machine that boots anew has its disks without it. */
function planStall(
  fault: FaultRecord,
  volumeId: string,
  others: readonly FaultRecord[],
  nowMs: number,
): FaultPlan {
  const ends = fault.state === "ending" || (fault.untilMs !== undefined && nowMs >= fault.untilMs);
  const stalledBesides = others.some(
    ({ target, state }) =>
      state === "active" && "volumeId" in target && target.volumeId === volumeId,
  );
  return {
    steps: [{ do: "stall", volumeId, paused: !ends || stalledBesides }],
    afterwards: ends ? "forget" : "keep",
    ...(fault.untilMs !== undefined && { afterMs: fault.untilMs - nowMs }),
  };
}

function planEnd(
  fault: FaultRecord,
  running: readonly Affected[],
  others: readonly FaultRecord[],
): FaultPlan {
  const ids = running.map(({ instanceId }) => instanceId);
  if (fault.kind === "power-cut")
    return { steps: [{ do: "revive", instanceIds: ids }], afterwards: "forget" };
  const alive = running.filter(({ machine }) => machine.impairedMs === undefined);
  return {
    steps: alive.map(({ instanceId }) => ({
      do: "impair",
      instanceId,
      impairment: impairmentOf(instanceId, others, alive),
    })),
    afterwards: "forget",
  };
}

function isMeant(target: FaultRecord["target"], instance: Affected): boolean {
  if ("volumeId" in target) return false;
  return "zone" in target
    ? target.zone === instance.zone
    : target.instanceId === instance.instanceId;
}

/** The worst of each that the active faults do to one machine. */
function impairmentOf(
  instanceId: string,
  active: readonly FaultRecord[],
  instances: readonly Affected[],
): Impairment {
  const instance = instances.find((one) => one.instanceId === instanceId)!;
  const wanted: Impairment = {};
  for (const fault of active) {
    if (fault.state !== "active" || fault.impossible !== undefined) continue;
    if (!isMeant(fault.target, instance)) continue;
    if (fault.kind === "pause") wanted.paused = true;
    if (fault.kind === "slow") wanted.cpuShare = Math.min(wanted.cpuShare ?? 1, fault.cpuShare!);
    if (fault.kind === "packets") {
      if (fault.packetLoss !== undefined)
        wanted.packetLoss = Math.max(wanted.packetLoss ?? 0, fault.packetLoss);
      if (fault.packetDelayMs !== undefined)
        wanted.packetDelayMs = Math.max(wanted.packetDelayMs ?? 0, fault.packetDelayMs);
    }
  }
  return wanted;
}
