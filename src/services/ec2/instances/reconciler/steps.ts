/** What the steps of a plan write down once they are done. All of them may run twice. */
import type { Scope } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { cpuCredits } from "../../dataplane/credit-keeper.ts";
import { forgetToken } from "../../idempotency.ts";
import { instanceNetwork } from "../../network/instance-network.ts";
import { releaseVolumes } from "../../volumes/records.ts";
import { lastConsoles } from "../last-console.ts";
import { changeInstance, instances, type InstanceRecord } from "../records.ts";
import { stateReasons } from "../states.ts";

const launchRetryMs = 5000;

/** The machine was launched or started: it is on its way, or it runs again after a recovery. */
export function machineStarted(tx: Transaction, scope: Scope, instance: InstanceRecord): void {
  changeInstance(tx, scope, instance, {
    machine: {
      launched: true,
      launchFailures: 0,
      // A start does what a reboot would have done.
      rebootsDone: instance.rebootsWanted,
      ...(instance.machine.impairedMs !== undefined && {
        impairedMs: instance.machine.impairedMs,
      }),
    },
  });
}

export function launchFailed(
  tx: Transaction,
  scope: Scope,
  instance: InstanceRecord,
  nowMs: number,
): void {
  const { machine } = instance;
  changeInstance(tx, scope, instance, {
    machine: {
      ...machine,
      launchFailures: machine.launchFailures + 1,
      retryAtMs: nowMs + launchRetryMs,
    },
  });
}

export function rebooted(tx: Transaction, scope: Scope, instance: InstanceRecord): void {
  const machine = { ...instance.machine, rebootsDone: instance.rebootsWanted };
  changeInstance(tx, scope, instance, { machine });
}

export function nowRunning(
  tx: Transaction,
  scope: Scope,
  instance: InstanceRecord,
  nowMs: number,
): void {
  const { impairedMs: _well, ...machine } = instance.machine;
  changeInstance(tx, scope, instance, {
    state: "running",
    runningMs: nowMs,
    machine: { ...machine, launched: true },
  });
}

/** A stopped instance keeps its addresses but for the public one that AWS had lent. */
export async function nowStopped(
  tx: Transaction,
  scope: Scope,
  instance: InstanceRecord,
): Promise<void> {
  const { impairedMs: _well, ...machine } = instance.machine;
  changeInstance(tx, scope, instance, {
    state: "stopped",
    machine,
    runningMs: undefined,
    forceStop: undefined,
  });
  await instanceNetwork.releasePublicIps(tx, scope, instance.instanceId);
}

export function nowImpaired(
  tx: Transaction,
  scope: Scope,
  instance: InstanceRecord,
  nowMs: number,
): void {
  changeInstance(tx, scope, instance, { machine: { ...instance.machine, impairedMs: nowMs } });
}

/** The machine ended of its own will: an instance-initiated shutdown. */
export function shutDown(tx: Transaction, scope: Scope, instance: InstanceRecord): void {
  changeInstance(tx, scope, instance, {
    state: instance.shutdownBehavior === "terminate" ? "shutting-down" : "stopping",
    stateReason: stateReasons.instanceShutdown,
    transitionReason: "",
  });
}

export async function nowTerminated(
  tx: Transaction,
  scope: Scope,
  instance: InstanceRecord,
  nowMs: number,
  changes: Partial<InstanceRecord> = {},
): Promise<void> {
  changeInstance(tx, scope, instance, {
    ...changes,
    state: "terminated",
    terminatedMs: nowMs,
    runningMs: undefined,
    blockDevices: [],
  });
  await instanceNetwork.release(tx, scope, instance.instanceId);
  const volumeIds = instance.blockDevices.map((device) => device.volumeId);
  await releaseVolumes(tx, scope, volumeIds);
}

/** Three attempts failed: the instance goes from pending to terminated, with the reason. */
export function launchGivenUp(
  tx: Transaction,
  scope: Scope,
  instance: InstanceRecord,
  nowMs: number,
): Promise<void> {
  return nowTerminated(tx, scope, instance, nowMs, {
    stateReason: stateReasons.launchFailed,
    transitionReason: stateReasons.launchFailed.code,
  });
}

export function forget(tx: Transaction, scope: Scope, instance: InstanceRecord): void {
  instances.delete(tx, scope, instance.instanceId);
  cpuCredits.delete(tx, scope, instance.instanceId);
  lastConsoles.delete(tx, scope, instance.instanceId);
  forgetToken(tx, scope, "RunInstances", instance.clientToken);
}
