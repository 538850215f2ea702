/**
 * Labels with values in them: "${LABEL} at most ${MAX}".
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/graph-dynamic-labels.html
 */
import { isoSeconds } from "#runtime/date.ts";
import { sortedPoints, type TimeSeries } from "./series.ts";

export interface LabelContext {
  nowMs: number;
  account: string;
  region: string;
  /** How far times in labels are from UTC: "+0130". */
  timezone: string;
}

/** "You can add up to five dynamic values to a label." */
export const mostDynamicValues = 5;

const placeholder = /\$\{([A-Z_]+|PROP\('[^']*'\))\}/g;

export function isDynamic(label: string): boolean {
  return label.search(placeholder) >= 0;
}

/** How many values a label has, for the limit. */
export function dynamicValues(label: string): string[] {
  return [...label.matchAll(placeholder)].map(([, name]) => name!);
}

export function fillLabel(label: string, series: TimeSeries, context: LabelContext): string {
  const values = valuesOf(series, context);
  return label.replace(placeholder, (whole, name: string) => {
    const property = /^PROP\('(.*)'\)$/.exec(name)?.[1];
    if (property !== undefined) return propertyOf(series, property, context) ?? "";
    return values[name]?.() ?? whole;
  });
}

function propertyOf(
  { source, periodMs, group }: TimeSeries,
  property: string,
  { account, region }: LabelContext,
): string | undefined {
  switch (property) {
    case "AccountId":
    case "AccountLabel":
      return account;
    case "Region":
      return region;
    case "Period":
      return String(periodMs / 1000);
    case "MetricName":
      return source?.name;
    case "Namespace":
      return source?.namespace;
    case "Stat":
      return source?.statistic;
  }
  const dimension = /^Dim\.(.+)$/.exec(property)?.[1];
  if (dimension === undefined) return undefined;
  return source?.dimensions.find(([name]) => name === dimension)?.[1] ?? group?.[dimension];
}

function valuesOf(series: TimeSeries, context: LabelContext): Record<string, () => string> {
  const points = sortedPoints(series);
  const first = points[0];
  const last = points.at(-1);
  const extreme = (better: (a: number, b: number) => boolean) =>
    points.reduce<[number, number] | undefined>(
      (best, point) => (best && !better(point[1], best[1]) ? best : point),
      undefined,
    );
  const least = extreme((a, b) => a < b);
  const most = extreme((a, b) => a > b);
  const sum = points.reduce((total, [, value]) => total + value, 0);
  const number = (value: number | undefined) => (value === undefined ? "-" : numberText(value));
  const time = (point: [number, number] | undefined) =>
    point ? timeText(point[0], context.timezone) : "-";
  const ago = (point: [number, number] | undefined) =>
    point ? durationText(context.nowMs - point[0]) : "-";
  const difference = (a: number | undefined, b: number | undefined) =>
    a === undefined || b === undefined ? undefined : Math.abs(a - b);
  const span = (a: [number, number] | undefined, b: [number, number] | undefined) =>
    a && b ? durationText(Math.abs(a[0] - b[0])) : "-";
  return {
    LABEL: () => series.label,
    AVG: () => number(points.length > 0 ? sum / points.length : undefined),
    SUM: () => number(points.length > 0 ? sum : undefined),
    DATAPOINT_COUNT: () => String(points.length),
    FIRST: () => number(first?.[1]),
    LAST: () => number(last?.[1]),
    MIN: () => number(least?.[1]),
    MAX: () => number(most?.[1]),
    FIRST_LAST_RANGE: () => number(difference(first?.[1], last?.[1])),
    MIN_MAX_RANGE: () => number(difference(least?.[1], most?.[1])),
    FIRST_LAST_TIME_RANGE: () => span(first, last),
    MIN_MAX_TIME_RANGE: () => span(least, most),
    FIRST_TIME: () => time(first),
    LAST_TIME: () => time(last),
    MIN_TIME: () => time(least),
    MAX_TIME: () => time(most),
    FIRST_TIME_RELATIVE: () => ago(first),
    LAST_TIME_RELATIVE: () => ago(last),
    MIN_TIME_RELATIVE: () => ago(least),
    MAX_TIME_RELATIVE: () => ago(most),
  };
}

/** AWS does not publish its rounding; three decimals tell what a legend needs. */
function numberText(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

function timeText(timeMs: number, timezone: string): string {
  const offset = /^([+-])(\d\d)(\d\d)$/.exec(timezone);
  if (!offset || timezone === "+0000") return isoSeconds(timeMs);
  const minutes = Number(offset[2]) * 60 + Number(offset[3]);
  const shiftMs = (offset[1] === "-" ? -minutes : minutes) * 60_000;
  return isoSeconds(timeMs + shiftMs).replace("Z", timezone);
}

/** 1d 2h 5m */
function durationText(spanMs: number): string {
  const seconds = Math.round(Math.abs(spanMs) / 1000);
  const units: [number, string][] = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor((seconds % 86_400) / 3600), "h"],
    [Math.floor((seconds % 3600) / 60), "m"],
    [seconds % 60, "s"],
  ];
  const parts = units.flatMap(([count, unit]) => (count > 0 ? [`${count}${unit}`] : []));
  return parts.length > 0 ? parts.join(" ") : "0s";
}
