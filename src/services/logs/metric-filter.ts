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
    } else if (transformation.defaultValue !== undefined)
      add(transformation.defaultValue, {}, timestampMs);
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
