/** What to do next for one volume: a pure decision from its record and what holds it. */
import type { MachineState } from "#compute/driver.ts";
import type { InstanceStateName } from "../../instances/records.ts";
import type { VolumeRecord } from "../records.ts";

export type VolumeStep =
  /** Ask the driver for … */
  | { do: "create" | "delete" | "attach" | "grow" }
  | { do: "detach"; force: boolean }
  /** Write down that nothing is to be done for it. */
  | { do: "mark-attached" | "mark-detached" | "complete-modification" }
  /** Nothing until the record changes, or until the time is up. */
  | { do: "wait"; afterMs?: number };

export interface Holder {
  state: InstanceStateName;
  machine: MachineState;
}

/** A machine that is on its way says nothing to its volumes; neither does one that unmounts. */
const lookAgainMs = 1000;

export function planVolume(
  volume: VolumeRecord,
  /** The instance that it is attached to. */
  holder: Holder | undefined,
  /** A snapshot of it is being taken. */
  captured: boolean,
): VolumeStep {
  const { state, attachment, modification } = volume;
  if (state === "creating") return { do: "create" };
  if (state === "deleting")
    return captured ? { do: "wait", afterMs: lookAgainMs } : { do: "delete" };
  if (state === "error") return { do: "wait" };
  if (modification?.state === "modifying") return { do: "grow" };
  if (modification?.state === "optimizing") return { do: "complete-modification" };
  const absent = !holder || holder.machine === "absent";
  switch (attachment?.state) {
    case undefined:
      return { do: "wait" };
    case "attaching":
      if (!absent) return { do: "attach" };
      // Its launch may be under way with the volumes that it had before.
      return holder?.state === "pending"
        ? { do: "wait", afterMs: lookAgainMs }
        : { do: "mark-attached" };
    case "detaching":
    case "busy":
      return absent ? { do: "mark-detached" } : { do: "detach", force: attachment.forced === true };
  }
}
