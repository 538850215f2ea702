/** What a scheduled event does next: a pure decision. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_scheduled_events.html */
import type { InstanceStateName } from "../instances/records.ts";
import { shownMs, type InstanceEventRecord } from "./records.ts";

export type EventStep =
  | { do: "reboot" | "stop" | "complete" | "forget" }
  | { do: "wait"; afterMs?: number };

export function planEvent(
  event: InstanceEventRecord,
  state: InstanceStateName | undefined,
  nowMs: number,
): EventStep {
  if (state === undefined) return { do: "forget" };
  if (event.state !== "active") {
    const leftMs = (event.endedMs ?? 0) + shownMs - nowMs;
    return leftMs <= 0 ? { do: "forget" } : { do: "wait", afterMs: leftMs };
  }
  // "Stop and start it yourself": another host has no such event.
  if (state !== "running" && state !== "pending") return { do: "complete" };
  if (nowMs < event.notBeforeMs) return { do: "wait", afterMs: event.notBeforeMs - nowMs };
  switch (event.code) {
    case "instance-reboot":
    case "system-reboot":
      return { do: "reboot" };
    case "instance-stop":
    // "If the root device is an EBS volume, the instance is stopped."
    case "instance-retirement":
      return { do: "stop" };
    case "system-maintenance":
      return nowMs >= event.notAfterMs
        ? { do: "complete" }
        : { do: "wait", afterMs: event.notAfterMs - nowMs };
  }
}
