/** When scheduled actions act. https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html */
import { Cron } from "croner";
import { dateOf, parseIso } from "#runtime/date.ts";
import { validation } from "./errors.ts";
import type { ScheduledActionRecord } from "./records.ts";

const unitMs: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

type Timing = Pick<
  ScheduledActionRecord,
  "schedule" | "timeZone" | "startMs" | "endMs" | "createdMs"
>;

/**
 * The next moment after `afterMs` at which the action acts; undefined when it never will again. Throws
 * ValidationException for expressions that cannot be read.
 */
export function nextRun(action: Timing, afterMs: number): number | undefined {
  const { startMs, endMs } = action;
  // A start time is itself the first moment at which the schedule may act.
  const fromMs = Math.max(afterMs, (startMs ?? 0) - 1);
  const nextMs = following(action, fromMs);
  return nextMs === undefined || (endMs !== undefined && nextMs > endMs) ? undefined : nextMs;
}

function following(action: Timing, fromMs: number): number | undefined {
  const { schedule, timeZone } = action;
  const [, kind, content = ""] = /^(at|rate|cron)\((.*)\)$/.exec(schedule.trim()) ?? [];
  if (kind === "at") {
    if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(content)) throw invalid(schedule);
    return onceAt(content, timeZone, fromMs, schedule);
  }
  if (kind === "rate") {
    const [, count, unit] = /^([1-9]\d*) (minute|hour|day)s?$/.exec(content) ?? [];
    if (!unit) throw invalid(schedule);
    const everyMs = Number(count) * unitMs[unit]!;
    const originMs = action.startMs ?? action.createdMs;
    return originMs + Math.max(1, Math.floor((fromMs - originMs) / everyMs) + 1) * everyMs;
  }
  if (kind !== "cron") throw invalid(schedule);
  return cronOf(content, timeZone, schedule).nextRun(dateOf(fromMs))?.getTime();
}

/** A moment on the wall clock of a time zone. */
function onceAt(
  text: string,
  timeZone: string | undefined,
  fromMs: number,
  schedule: string,
): number | undefined {
  if (timeZone === undefined || timeZone === "UTC") {
    const ms = parseIso(`${text}Z`);
    if (Number.isNaN(ms)) throw invalid(schedule);
    return ms > fromMs ? ms : undefined;
  }
  try {
    return new Cron(text, { timezone: timeZone, paused: true }).nextRun(dateOf(fromMs))?.getTime();
  } catch {
    throw invalid(schedule);
  }
}

/** Six fields: minutes, hours, day of month, month, day of week (1 is Sunday), year. */
function cronOf(content: string, timeZone: string | undefined, schedule: string): Cron {
  const fields = content.trim().split(/\s+/);
  if (fields.length !== 6) throw invalid(schedule);
  const [minutes, hours, day, month, weekday, year] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  if ((day === "?") === (weekday === "?") && day === "?") throw invalid(schedule);
  const days = weekday.replace(/(?<![#/\d])\d/g, (digit) => String(Number(digit) - 1));
  const pattern = ["0", minutes, hours, day, month, days, year].join(" ").replaceAll("?", "*");
  try {
    return new Cron(pattern, { timezone: timeZone ?? "Etc/UTC", mode: "7-part", paused: true });
  } catch {
    throw invalid(schedule);
  }
}

function invalid(schedule: string) {
  return validation(`Invalid schedule expression: ${schedule}`);
}
