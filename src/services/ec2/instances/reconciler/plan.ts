/** What to do next for one instance: a pure decision from its record and its machine's state. */
import type { MachineState } from "#compute/driver.ts";
import type { InstanceRecord } from "../records.ts";
import { terminatedVisibleMs } from "../states.ts";

export type Step =
  /** Ask the driver for … */
  | { do: "launch" | "start" | "stop" | "reboot" | "terminate" }
  /** Write down what has come to pass. */
  | { do: "mark-running" | "mark-stopped" | "mark-impaired" | "mark-well" }
  /** The machine shut itself down: the instance stops or terminates, as its attribute says. */
  | { do: "shut-down" }
  /** The launch failed for good. */
  | { do: "give-up" }
  /** A terminated instance is shown no longer. */
  | { do: "forget" }
  /** Nothing until the machine signals, or until the time is up. */
  | { do: "wait"; afterMs?: number };

/** A machine on its way signals when it arrives; this is how often we look all the same. */
export const lookAgainMs = 5000;
const mostLaunchFailures = 3;
/**
 * When a machine that died by itself is started again. AWS's status checks run every minute and must
 * fail twice; how long its recovery takes it does not say.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-configuration-recovery.html
 */
const recoveryAfterMs = 120_000;

export interface Observed {
  state: MachineState;
  /** Fogbank has started and sees this instance for the first time since. */
  firstLook: boolean;
  /** The instance's host has no power, until somebody heals it. */
  dark?: boolean;
  /** The machine failed together with what it runs on. */
  hostFailed?: boolean;
}

type Desired = Pick<
  InstanceRecord,
  "state" | "machine" | "rebootsWanted" | "terminatedMs" | "autoRecovery" | "tags"
>;

export function plan(desired: Desired, observed: Observed, nowMs: number): Step {
  switch (desired.state) {
    case "pending":
      return planPending(desired, observed, nowMs);
    case "running":
      return planRunning(desired, observed, nowMs);
    case "stopping":
      return planStopping(observed);
    case "stopped":
      // A stopped instance's machine that runs was started by nobody: end it.
      return observed.state === "running" ? { do: "stop" } : { do: "wait" };
    case "shutting-down":
      return { do: "terminate" };
    case "terminated": {
      if (observed.state !== "absent") return { do: "terminate" };
      const leftMs = (desired.terminatedMs ?? 0) + terminatedVisibleMs - nowMs;
      return leftMs <= 0 ? { do: "forget" } : { do: "wait", afterMs: leftMs };
    }
  }
}

function planPending({ machine }: Desired, { state, dark }: Observed, nowMs: number): Step {
  if (dark && ["stopped", "failed", "absent"].includes(state))
    return { do: "wait", afterMs: lookAgainMs };
  switch (state) {
    case "running":
      return { do: "mark-running" };
    case "pending":
    case "stopping":
      return { do: "wait", afterMs: lookAgainMs };
    case "stopped":
    case "failed":
      return { do: "start" };
    case "absent":
      if (machine.launchFailures >= mostLaunchFailures) return { do: "give-up" };
      if (machine.retryAtMs !== undefined && nowMs < machine.retryAtMs)
        return { do: "wait", afterMs: machine.retryAtMs - nowMs };
      return { do: "launch" };
  }
}

function planRunning(
  desired: Desired,
  { state, firstLook, dark = false, hostFailed = false }: Observed,
  nowMs: number,
): Step {
  const { machine, rebootsWanted } = desired;
  const rebootDue = machine.rebootsDone < rebootsWanted && !dark;
  switch (state) {
    case "running":
      if (rebootDue) return { do: "reboot" };
      return machine.impairedMs === undefined ? { do: "wait" } : { do: "mark-well" };
    case "pending":
    case "stopping":
      return { do: "wait", afterMs: lookAgainMs };
    case "stopped":
      return rebootDue ? { do: "start" } : { do: "shut-down" };
    case "failed": {
      const recovers = recoversByItself(desired) && !dark;
      // A reboot revives a dead machine, and so does ec2:recover. Machines that died together with
      // Fogbank's host, or with their container engine, come back with it.
      if (rebootDue || ((firstLook || hostFailed) && recovers)) return { do: "start" };
      if (machine.impairedMs === undefined) return { do: "mark-impaired" };
      if (!recovers) return { do: "wait" };
      const leftMs = machine.impairedMs + recoveryAfterMs - nowMs;
      return leftMs <= 0 ? { do: "start" } : { do: "wait", afterMs: leftMs };
    }
    case "absent":
      // Its host lost it with its disk: the same instance starts over from its image.
      return dark ? { do: "wait", afterMs: lookAgainMs } : { do: "launch" };
  }
}

function planStopping({ state }: Observed): Step {
  switch (state) {
    case "running":
    case "pending":
      return { do: "stop" };
    case "stopping":
      return { do: "wait", afterMs: lookAgainMs };
    case "stopped":
    case "failed":
    case "absent":
      return { do: "mark-stopped" };
  }
}

/** Simplified automatic recovery; a group replaces its instances rather than have them recovered. */
function recoversByItself({ autoRecovery, tags }: Desired): boolean {
  return autoRecovery === "default" && tags["aws:autoscaling:groupName"] === undefined;
}
