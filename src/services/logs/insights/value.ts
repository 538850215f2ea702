/** What fields of a query hold, how values compare, and how results print them. */
import { isoMillis } from "#runtime/date.ts";

/** A moment: a number to functions, a date to readers. */
export class Moment {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }
}

export type Scalar = string | number | boolean;

/** Undefined for a field that an event has not; objects and lists come from jsonParse. */
export type Value = Scalar | Moment | object | undefined;

/** One log event, or one group of them, under the names of its fields. */
export type Row = ReadonlyMap<string, Value>;

/** A field by its name; a name with dots leads into what jsonParse gave. */
export function fieldOf(row: Row, name: string): Value {
  const whole = row.get(name);
  if (whole !== undefined || !name.includes(".")) return whole;
  const parts = name.split(".");
  for (let length = parts.length - 1; length > 0; length--) {
    let value: unknown = row.get(parts.slice(0, length).join("."));
    if (value === undefined) continue;
    for (const part of parts.slice(length))
      value = isContainer(value) ? (value as Record<string, unknown>)[part] : undefined;
    return value ?? undefined;
  }
  return undefined;
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(value instanceof Moment);
}

/** NaN for what is no number. */
export function numberOf(value: Value): number {
  if (typeof value === "number") return value;
  if (value instanceof Moment) return value.ms;
  if (typeof value === "string" && value.trim() !== "") return Number(value);
  return Number.NaN;
}

export function textOf(value: Value): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  if (value instanceof Moment) return formatMoment(value.ms);
  if (typeof value === "number") return formatNumber(value);
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

export function isTrue(value: Value): boolean {
  return value === true || value === "true" || (typeof value === "number" && value !== 0);
}

/** "2026-01-05 12:00:00.000" */
function formatMoment(ms: number): string {
  return isoMillis(ms).replace("T", " ").replace("Z", "");
}

/** Four digits behind the point at most. */
function formatNumber(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  return String(Number(value.toFixed(4)));
}

/** Numbers compare as numbers, everything else as texts; undefined when one of them is missing. */
export function compare(a: Value, b: Value): number | undefined {
  if (a === undefined || b === undefined) return undefined;
  const [x, y] = [numberOf(a), numberOf(b)];
  if (!Number.isNaN(x) && !Number.isNaN(y)) return x - y;
  const [left, right] = [textOf(a), textOf(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/**
 * The order of the sort command: what is missing, then what is no number, then numbers.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Sort.html
 */
export function order(a: Value, b: Value): number {
  const rank = (value: Value) => {
    if (value === undefined) return 0;
    return Number.isNaN(numberOf(value)) ? 1 : 2;
  };
  return rank(a) - rank(b) || (compare(a, b) ?? 0);
}
