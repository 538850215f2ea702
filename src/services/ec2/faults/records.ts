/** Faults: what the account's machines are made to suffer, for as long as it lasts. */
import { collection, type Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";

export type FaultTarget = { instanceId: string } | { zone: string } | { volumeId: string };

export interface FaultRecord {
  /** "fault-0123456789abcdef0" */
  faultId: string;
  /**
   * `kill`: the machine loses its power and gets it back at once. `power-cut`: until it is healed.
   * `pause`: it stands still. `slow`: it is left a part of its processors. `packets`: some are lost
   * or late. `close-port`: what listens on a port is ended. `stall`: a volume's I/O stands still.
   */
  kind: "kill" | "power-cut" | "pause" | "slow" | "packets" | "close-port" | "stall";
  target: FaultTarget;
  /** For `slow`: the part that is left. */
  cpuShare?: number;
  packetLoss?: number;
  packetDelayMs?: number;
  port?: number;
  startedMs: number;
  /** When it heals by itself, cloud time. */
  untilMs?: number;
  /** `ending`: what it did is being taken back. */
  state: "active" | "ending";
  /** EC2 itself does it, for lack of CPU credits: nobody's fault, and not to be healed. */
  ofEc2?: true;
  /** Why the machine does not suffer it, in a sentence. */
  impossible?: string;
}

export const faults = collection<FaultRecord>("ec2", "fault");

/** The zones that have no power. */
export async function darkZones(tx: Transaction, scope: Scope): Promise<Set<string>> {
  const zones = new Set<string>();
  for (const { kind, target, state } of await faults.list(tx, scope))
    if (kind === "power-cut" && state === "active" && "zone" in target) zones.add(target.zone);
  return zones;
}

/** True while the instance's host has no power. */
export async function isDark(
  tx: Transaction,
  scope: Scope,
  { instanceId, zone }: { instanceId: string; zone: string },
): Promise<boolean> {
  for (const { kind, target, state } of await faults.list(tx, scope))
    if (kind === "power-cut" && state === "active") {
      if ("zone" in target && target.zone === zone) return true;
      if ("instanceId" in target && target.instanceId === instanceId) return true;
    }
  return false;
}

/** The volumes whose I/O stands still. */
export async function stalledVolumes(tx: Transaction, scope: Scope): Promise<Set<string>> {
  const stalled = new Set<string>();
  for (const { target, state, impossible } of await faults.list(tx, scope))
    if ("volumeId" in target && state === "active" && impossible === undefined)
      stalled.add(target.volumeId);
  return stalled;
}
