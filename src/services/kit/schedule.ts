/** Schedules as rate(…) and cron(…), in UTC. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html */
import { Cron } from "croner";
import { dateOf } from "#runtime/date.ts";

const unitsMs: Record<string, number> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/** The next moment after `afterMs`; undefined when there never will be one. Throws `invalid` for what is no schedule. */
export function nextRunOf(
  expression: string,
  afterMs: number,
  invalid: () => Error,
): number | undefined {
  const everyMs = rateMs(expression, invalid);
  if (everyMs !== undefined) return afterMs + everyMs;
  const cron = cronOf(expression);
  if (!cron) throw invalid();
  return cron.nextRun(dateOf(afterMs))?.getTime();
}

/** "rate(1 minute)", "rate(5 minutes)": one of them is singular, more are plural. */
function rateMs(expression: string, invalid: () => Error): number | undefined {
  const [, count, unit, plural] = /^rate\((\d+) (minute|hour|day)(s?)\)$/.exec(expression) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  const times = Number(count);
  if (times < 1 || (times === 1) !== (plural === "")) throw invalid();
  return times * unitsMs[unit]!;
}

/** cron(minutes hours day-of-month month day-of-week year), in UTC. */
function cronOf(expression: string): Cron | undefined {
  const [, inner] = /^cron\((.*)\)$/.exec(expression) ?? [];
  const fields = inner?.trim().split(/\s+/) ?? [];
  if (fields.length !== 6) return undefined;
  const [minutes, hours, days, months, weekdays, years] = fields as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  // "You can't specify the Day-of-month and Day-of-week fields in the same cron expression."
  if ((days === "?") === (weekdays === "?")) return undefined;
  const pattern = [
    "0",
    minutes,
    hours,
    days === "?" ? "*" : days,
    months,
    weekdays === "?" ? "*" : shiftWeekdays(weekdays),
    years,
  ].join(" ");
  try {
    return new Cron(pattern, {
      timezone: "Etc/UTC",
      mode: "7-part",
      sloppyRanges: true,
      paused: true,
    });
  } catch {
    return undefined;
  }
}

/** AWS counts 1 to 7 from Sunday, cron 0 to 6; "L" alone is Saturday. */
function shiftWeekdays(field: string): string {
  if (field === "L") return "6";
  return field.replace(/(?<![#/\d])\d(?!\d)/g, (digit) => String(Number(digit) - 1));
}
