/** Periods of bin, datefloor and dateceil: "5m", "1h", "1mo". */
import { isoSeconds, utcMs } from "#runtime/date.ts";

export interface Period {
  count: number;
  unit: string;
}

const unitsMs: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 24 * 3_600_000,
  w: 7 * 24 * 3_600_000,
};

/** Months in units that have no fixed length. */
const unitsMonths: Record<string, number> = { mo: 1, q: 3, y: 12 };

/** Weeks start on Mondays; the epoch was a Thursday. */
const firstMondayMs = 4 * 24 * 3_600_000;

export function parsePeriod(text: string): Period | undefined {
  const [, count, unit] = /^(\d+)\s*(ms|s|min|m|h|d|w|mo|q|y)$/.exec(text) ?? [];
  return count === undefined || unit === undefined || Number(count) < 1
    ? undefined
    : { count: Number(count), unit };
}

export function floorTo(ms: number, { count, unit }: Period): number {
  const months = unitsMonths[unit];
  if (months !== undefined) return monthStart(monthOf(ms), count * months);
  const length = count * unitsMs[unit]!;
  const origin = unit === "w" ? firstMondayMs : 0;
  return Math.floor((ms - origin) / length) * length + origin;
}

export function ceilTo(ms: number, period: Period): number {
  const floor = floorTo(ms, period);
  if (floor === ms) return ms;
  const months = unitsMonths[period.unit];
  if (months !== undefined) {
    const length = period.count * months;
    return monthStart(monthOf(floor) + length, length);
  }
  return floor + period.count * unitsMs[period.unit]!;
}

/** Months since the year 0. */
function monthOf(ms: number): number {
  const [year, month] = isoSeconds(ms).split("-") as [string, string];
  return Number(year) * 12 + Number(month) - 1;
}

function monthStart(month: number, length: number): number {
  const first = Math.floor(month / length) * length;
  return utcMs([Math.floor(first / 12), (first % 12) + 1, 1, 0, 0, 0]) ?? 0;
}
