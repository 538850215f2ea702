/**
 * When a mute rule mutes. Pure.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Schedule.html
 */
import { Cron } from "croner";
import { dateOf } from "#runtime/date.ts";
import type { MuteRuleRecord } from "../records.ts";

export class ScheduleError extends Error {}

const minuteMs = 60_000;
const longestMs = 15 * 24 * 60 * minuteMs;

/** "PT4H", "P2DT12H": from a minute to fifteen days. Throws ScheduleError. */
export function readDuration(text: string): number {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(text);
  const [, days = "0", hours = "0", minutes = "0"] = parts ?? [];
  const durationMs = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * minuteMs;
  if (!parts || durationMs < minuteMs || durationMs > longestMs)
    throw new ScheduleError("Duration must be an ISO 8601 duration from PT1M to P15D.");
  return durationMs;
}

type Schedule = Pick<MuteRuleRecord, "expression" | "timezone">;

/** Both kinds are what croner calls a pattern: five fields, or a local time. Throws ScheduleError. */
export function cronOf({ expression, timezone }: Schedule): Cron {
  const cron = /^cron\((\S+ \S+ \S+ \S+ \S+)\)$/.exec(expression)?.[1];
  const once = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)\)$/.exec(expression)?.[1];
  const at = once && (once.length === 16 ? `${once}:00` : once);
  const pattern = cron ?? at;
  if (pattern === undefined)
    throw new ScheduleError(
      "Expression must be cron(Minutes Hours Day-of-month Month Day-of-week) or at(yyyy-MM-ddThh:mm).",
    );
  try {
    return new Cron(pattern, { timezone: timezone ?? "UTC", paused: true });
  } catch (error) {
    throw new ScheduleError(`Expression or Timezone is invalid: ${(error as Error).message}`);
  }
}

export interface MuteState {
  status: "SCHEDULED" | "ACTIVE" | "EXPIRED";
  /** When the window that is open now closes. */
  endsMs?: number;
}

export function muteStateAt(rule: MuteRuleRecord, nowMs: number): MuteState {
  const { startMs = Number.NEGATIVE_INFINITY, expireMs = Number.POSITIVE_INFINITY } = rule;
  if (nowMs >= expireMs) return { status: "EXPIRED" };
  const cron = cronOf(rule);
  // The first window that is not over yet; croner looks for what comes after a moment, in whole seconds.
  const earliestMs = Math.max(nowMs - rule.durationMs, startMs - 1000);
  const opens = cron.nextRun(dateOf(earliestMs))?.getTime();
  if (opens === undefined) return { status: "EXPIRED" };
  const endsMs = Math.min(opens + rule.durationMs, expireMs);
  return opens <= nowMs && nowMs < endsMs ? { status: "ACTIVE", endsMs } : { status: "SCHEDULED" };
}
