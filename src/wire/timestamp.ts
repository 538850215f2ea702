/** Timestamps in the forms that Smithy knows. https://smithy.io/2.0/spec/protocol-traits.html#timestampformat-trait */
import type { TimestampFormat } from "#model/shape.ts";
import { dateOf, httpDate, isoMillis, isoSeconds, parseIso } from "#runtime/date.ts";

const iso = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/i;
const http = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d(?:\.\d+)? GMT$/;
const number = /^-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?$/;

/** AWS takes any of the forms wherever it takes a time. Undefined when the text is none of them. */
export function parseTimestamp(text: string): Date | undefined {
  if (number.test(text)) return dateOfSeconds(Number(text));
  if (iso.test(text)) {
    // A time without a zone is UTC to AWS, but local to Date.
    const zoned = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text.slice(10)) || text.length <= 10;
    return dateOfMillis(parseIso(zoned ? text : `${text}Z`));
  }
  return http.test(text) ? dateOfMillis(parseIso(text)) : undefined;
}

export function dateOfSeconds(seconds: number): Date | undefined {
  return dateOfMillis(Math.round(seconds * 1000));
}

function dateOfMillis(timeMs: number): Date | undefined {
  return Math.abs(timeMs) <= 8.64e15 ? dateOf(timeMs) : undefined;
}

export function formatTimestamp(date: Date, format: TimestampFormat | "date-time-millis"): string {
  switch (format) {
    case "date-time":
      return date.getTime() % 1000 === 0 ? isoSeconds(date.getTime()) : isoMillis(date.getTime());
    case "date-time-millis":
      return isoMillis(date.getTime());
    case "http-date":
      return httpDate(date.getTime());
    case "epoch-seconds":
      return String(date.getTime() / 1000);
  }
}
