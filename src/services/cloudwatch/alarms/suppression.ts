/**
 * When a composite alarm with a suppressor holds its actions back. Pure.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm_Suppression.html
 */
import type { StateValue, SuppressionRecord } from "../records.ts";

export interface SuppressionInput {
  /** Whether the suppressor is in ALARM. */
  suppressing: boolean;
  present: SuppressionRecord | undefined;
  /** The state that the composite alarm has just left; undefined when it did not change. */
  left: StateValue | undefined;
  nowMs: number;
  waitMs: number;
  extensionMs: number;
}

export interface SuppressionPlan {
  suppression: SuppressionRecord | undefined;
  /** Actions of the present state are to be taken now. */
  act: boolean;
}

export function planSuppression(input: SuppressionInput): SuppressionPlan {
  const { suppressing, present, left, nowMs, waitMs, extensionMs } = input;
  const act: SuppressionPlan = { suppression: undefined, act: true };
  const from = left ?? present?.from;
  if (from === undefined) return { suppression: undefined, act: false };
  if (suppressing) return { suppression: { by: "Alarm", from }, act: false };
  // A change discards what was waited for, and a new period begins.
  if (left !== undefined) return period("WaitPeriod", waitMs, from);
  if (present!.by === "Alarm") return period("ExtensionPeriod", extensionMs, from);
  return nowMs >= present!.untilMs! ? act : { suppression: present, act: false };

  function period(
    by: "WaitPeriod" | "ExtensionPeriod",
    lengthMs: number,
    since: StateValue,
  ): SuppressionPlan {
    if (lengthMs === 0) return act;
    return { suppression: { by, untilMs: nowMs + lengthMs, from: since }, act: false };
  }
}

/** "Actions suppressed by WaitPeriod" */
export function suppressionReason({ by }: SuppressionRecord): string {
  return `Actions suppressed by ${by}`;
}
