/**
 * Metrics that a log event carries in itself: the embedded metric format.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
import type { MetricSample } from "./records.ts";

interface Directive {
  Namespace?: unknown;
  Dimensions?: unknown;
  Metrics?: unknown;
}

interface Definition {
  Name?: unknown;
  Unit?: unknown;
  StorageResolution?: unknown;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html */
const units = new Set(
  [
    "Seconds Microseconds Milliseconds Bytes Kilobytes Megabytes Gigabytes Terabytes Bits Kilobits",
    "Megabits Gigabits Terabits Percent Count Bytes/Second Kilobytes/Second Megabytes/Second",
    "Gigabytes/Second Terabytes/Second Bits/Second Kilobits/Second Megabits/Second Gigabits/Second",
    "Terabits/Second Count/Second None",
  ].flatMap((line) => line.split(" ")),
);
const most = { metrics: 100, dimensions: 30, values: 100, nameLength: 1024 };

/** None for an event that is no embedded metric, or that breaks the specification. */
export function embeddedSamples(message: string): MetricSample[] {
  if (!message.includes('"_aws"')) return [];
  let document: unknown;
  try {
    document = JSON.parse(message);
  } catch {
    return [];
  }
  if (!isObject(document) || !isObject(document["_aws"])) return [];
  const { CloudWatchMetrics: directives, Timestamp: timestampMs } = document["_aws"];
  if (!Array.isArray(directives) || !isTime(timestampMs)) return [];
  const root = document;
  return directives.flatMap((one: unknown) =>
    isObject(one) ? samplesOf(one, root, timestampMs) : [],
  );
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value > 0;
}

function samplesOf(
  { Namespace: namespace, Dimensions: sets = [[]], Metrics: metrics }: Directive,
  root: Record<string, unknown>,
  timestampMs: number,
): MetricSample[] {
  if (!isName(namespace, 255) || !Array.isArray(metrics) || metrics.length > most.metrics)
    return [];
  const dimensionSets = dimensionsOf(sets, root);
  return (metrics as unknown[]).flatMap((metric) => {
    if (!isObject(metric)) return [];
    const { Name: name, Unit: unit = "None", StorageResolution: resolution } = metric as Definition;
    if (!isName(name, most.nameLength) || typeof unit !== "string" || !units.has(unit)) return [];
    return dimensionSets.flatMap((dimensions) =>
      countsOf(root[name]).map(([value, count]) => ({
        namespace,
        name,
        unit,
        dimensions,
        value,
        count,
        timestampMs,
        ...(resolution === 1 && { resolutionSeconds: 1 }),
      })),
    );
  });
}

/** Each set names members of the event; a set whose members are not all texts is passed over. */
function dimensionsOf(sets: unknown, root: Record<string, unknown>): Record<string, string>[] {
  if (!Array.isArray(sets)) return [];
  return (sets as unknown[]).flatMap((names) => {
    if (!Array.isArray(names) || names.length > most.dimensions) return [];
    const found: Record<string, string> = {};
    for (const name of names as unknown[]) {
      const value = typeof name === "string" ? root[name] : undefined;
      if (!isName(name, 255) || !isName(value, 1024)) return [];
      found[name] = value;
    }
    return [found];
  });
}

/** A metric is one number or a list of them; equal ones are counted. */
function countsOf(target: unknown): [value: number, count: number][] {
  const values: unknown[] = Array.isArray(target) ? target : [target];
  if (values.length > most.values) return [];
  const counts = new Map<number, number>();
  for (const value of values)
    if (typeof value === "number" && Number.isFinite(value) && Math.abs(value) <= 2 ** 360)
      counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts];
}

function isName(value: unknown, length: number): value is string {
  return typeof value === "string" && value.trim() !== "" && value.length <= length;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
