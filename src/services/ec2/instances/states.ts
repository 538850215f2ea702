/**
 * The life of an instance: states, their codes, and which request is allowed in which.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
 */
import { isoSeconds } from "#runtime/date.ts";
import type { InstanceRecord, InstanceStateName, StateReason } from "./records.ts";

const codes: Record<InstanceStateName, number> = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

/** How long DescribeInstances still shows a terminated instance, about. */
export const terminatedVisibleMs = 60 * 60_000;

/** Status checks need this long after a start before they say ok. */
const initializingMs = 60_000;

/** {Code: 16, Name: "running"} */
export function stateOf(name: InstanceStateName): { Code: number; Name: InstanceStateName } {
  return { Code: codes[name], Name: name };
}

export function stateCode(name: InstanceStateName): number {
  return codes[name];
}

/** "User initiated (2026-01-05 12:00:00 GMT)" */
function userInitiated(nowMs: number): string {
  return `User initiated (${isoSeconds(nowMs).replace("T", " ").replace("Z", "")} GMT)`;
}

export const stateReasons = {
  userShutdown: {
    code: "Client.UserInitiatedShutdown",
    message: "Client.UserInitiatedShutdown: User initiated shutdown",
  },
  instanceShutdown: {
    code: "Client.InstanceInitiatedShutdown",
    message: "Client.InstanceInitiatedShutdown: Instance initiated shutdown",
  },
  spotTermination: {
    code: "Server.SpotInstanceTermination",
    message: "Server.SpotInstanceTermination: Spot Instance termination",
  },
  spotShutdown: {
    code: "Server.SpotInstanceShutdown",
    message: "Server.SpotInstanceShutdown: Spot Instance shutdown",
  },
  launchFailed: {
    code: "Server.InternalError",
    message: "Server.InternalError: Internal error on launch",
  },
} satisfies Record<string, StateReason>;

/** StopInstances: stopping and stopped stay what they are. Undefined when the state forbids it. */
export function whenStopped(
  { state, stateReason, transitionReason }: InstanceRecord,
  nowMs: number,
): Partial<InstanceRecord> | undefined {
  if (state === "stopping" || state === "stopped") return { stateReason, transitionReason };
  if (state !== "running") return undefined;
  return {
    state: "stopping",
    stateReason: stateReasons.userShutdown,
    transitionReason: userInitiated(nowMs),
  };
}

/** StartInstances: pending and running stay what they are. Undefined when the state forbids it. */
export function whenStarted(
  { state }: InstanceRecord,
  nowMs: number,
): Partial<InstanceRecord> | undefined {
  if (state === "pending" || state === "running") return {};
  if (state !== "stopped") return undefined;
  return {
    state: "pending",
    stateReason: undefined,
    transitionReason: "",
    launchedMs: nowMs,
    forceStop: false,
  };
}

/** TerminateInstances: allowed in every state. */
export function whenTerminated({ state }: InstanceRecord, nowMs: number): Partial<InstanceRecord> {
  if (state === "shutting-down" || state === "terminated") return {};
  return {
    state: "shutting-down",
    stateReason: stateReasons.userShutdown,
    transitionReason: userInitiated(nowMs),
  };
}

export type Check = "ok" | "initializing" | "impaired" | "not-applicable" | "insufficient-data";

/**
 * What the status checks say. A machine that ended as a whole is like a host that lost its power:
 * both checks fail, so that alarms on StatusCheckFailed_System with the action ec2:recover act.
 */
export function statusChecks(
  instance: InstanceRecord,
  nowMs: number,
): { instance: Check; system: Check; impairedMs: number | undefined } {
  const { state, runningMs, machine } = instance;
  if (state !== "running")
    return { instance: "not-applicable", system: "not-applicable", impairedMs: undefined };
  if (machine.impairedMs !== undefined)
    return { instance: "impaired", system: "impaired", impairedMs: machine.impairedMs };
  const young = runningMs === undefined || nowMs - runningMs < initializingMs;
  const check = young ? "initializing" : "ok";
  return { instance: check, system: check, impairedMs: undefined };
}
