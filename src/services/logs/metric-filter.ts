/**
 * Metric filters turn log events into numbers.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/MonitoringLogData.html
 */
import type { MetricTransformation } from "@aws-sdk/client-cloudwatch-logs";
import type { Match } from "./patterns/match.ts";
import { parsePattern } from "./patterns/pattern.ts";
import type { MetricFilterRecord, MetricSample } from "./records.ts";

/** CloudWatch's own periods start at whole minutes. */
const minuteMs = 60_000;

/**
 * The minutes of events that arrived together, each with whether the filter found anything in it;
 * empty for a filter without a default value.
 * "The value reported to the metric filter during a period when logs are ingested but no matching logs are found."
 */
export function minutesOf(
  { pattern: text, transformations: [transformation] }: MetricFilterRecord,
  events: readonly { message: string; timestampMs: number }[],
): Map<number, boolean> {
  const minutes = new Map<number, boolean>();
  if (transformation?.defaultValue === undefined) return minutes;
  const pattern = parsePattern(text);
  for (const { message, timestampMs } of events) {
    const minute = Math.floor(timestampMs / minuteMs) * minuteMs;
    if (!minutes.get(minute)) minutes.set(minute, pattern(message) !== undefined);
  }
  return minutes;
}

/** The sample of a minute that had events, none of which the filter found. */
export function defaultSample(
  { transformations: [transformation] }: MetricFilterRecord,
  minute: number,
): MetricSample | undefined {
  const { defaultValue: value, unit = "None" } = transformation ?? {};
  const { metricNamespace: namespace, metricName: name } = transformation ?? {};
  if (value === undefined || namespace === undefined || name === undefined) return undefined;
  return { namespace, name, unit, dimensions: {}, value, count: 1, timestampMs: minute };
}

/** What one filter says of events that arrived together; equal samples are counted. */
export function samplesOf(
  filter: MetricFilterRecord,
  events: readonly { message: string; timestampMs: number }[],
): MetricSample[] {
  const pattern = parsePattern(filter.pattern);
  const samples = new Map<string, MetricSample>();
  const [transformation] = filter.transformations;
  if (!transformation) return [];
  const add = (value: number, dimensions: Record<string, string>, timestampMs: number) => {
    const {
      metricNamespace: namespace = "",
      metricName: name = "",
      unit = "None",
    } = transformation;
    const atMs = Math.floor(timestampMs / minuteMs) * minuteMs;
    const key = JSON.stringify([value, dimensions, atMs]);
    const present = samples.get(key);
    if (present) present.count++;
    else
      samples.set(key, { namespace, name, unit, dimensions, value, count: 1, timestampMs: atMs });
  };
  for (const { message, timestampMs } of events) {
    const match = pattern(message);
    if (match) {
      const value = valueOf(transformation, match);
      const dimensions = dimensionsOf(transformation, match);
      if (value !== undefined && dimensions) add(value, dimensions, timestampMs);
    }
  }
  return [...samples.values()];
}

function valueOf({ metricValue = "" }: MetricTransformation, match: Match): number | undefined {
  const text = metricValue.startsWith("$") ? match.valueOf(metricValue) : metricValue;
  const value = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Undefined when the event lacks one of them: such an event yields no metric. */
function dimensionsOf(
  { dimensions }: MetricTransformation,
  match: Match,
): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  for (const [name, selector] of Object.entries(dimensions ?? {})) {
    const value = match.valueOf(selector);
    if (value === undefined) return undefined;
    found[name] = value;
  }
  return found;
}
