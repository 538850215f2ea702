/** Times that cloud time gives, as the Date values that the AWS types ask for. */

/** The Date of a moment in milliseconds since the epoch. */
export function dateOf(timeMs: number): Date {
  return new Date(timeMs);
}

/** "2026-01-05T12:00:00Z": ISO 8601 without a fraction, as most AWS services print times. */
export function isoSeconds(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}

/** "2026-01-05T12:00:00.000Z" */
export function isoMillis(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** Milliseconds since the epoch of an ISO 8601 text; NaN when it is none. */
export function parseIso(text: string): number {
  return Date.parse(text);
}

/** "Mon, 05 Jan 2026 12:00:00 GMT": the form of HTTP's own date fields. */
export function httpDate(timeMs: number): string {
  return new Date(timeMs).toUTCString();
}

type Parts = [
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
];

/** Milliseconds since the epoch of a moment in UTC, its month counted from 1; undefined when there is none such. */
export function utcMs([year, month, day, hour, minute, second]: Parts): number | undefined {
  const valid =
    month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60 && second < 60;
  return valid ? Date.UTC(year, month - 1, day, hour, minute, second) : undefined;
}
