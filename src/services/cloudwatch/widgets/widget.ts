/**
 * What GetMetricWidgetImage draws, read from its JSON.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Metric-Widget-Structure.html
 */
import type { MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { parseIso } from "#runtime/date.ts";
import { validationError } from "../errors.ts";

export interface Widget {
  title: string | undefined;
  width: number;
  height: number;
  fromMs: number;
  toMs: number;
  /** Minutes from UTC. */
  offsetMinutes: number;
  stacked: boolean;
  legend: boolean;
  left: Axis;
  right: Axis;
  lines: Line[];
  queries: MetricDataQuery[];
  horizontal: { value: number; label: string | undefined; color: number | undefined }[];
  vertical: { atMs: number; label: string | undefined; color: number | undefined }[];
}

export interface Axis {
  min?: number;
  max?: number;
  label?: string;
}

export interface Line {
  id: string;
  color: number | undefined;
  right: boolean;
}

type Json = Record<string, unknown>;

const mostPixels = 2000;
const mostMetrics = 500;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function readWidget(text: string, nowMs: number): Widget {
  const widget = parsed(text);
  const size = (name: "width" | "height", otherwise: number) => {
    const value = numberOf(widget, name) ?? otherwise;
    if (!Number.isInteger(value) || value < 1 || value > mostPixels)
      throw validationError(`MetricWidget: ${name} must be from 1 to ${mostPixels}.`);
    return value;
  };
  const toMs = timeOf(widget["end"], nowMs) ?? nowMs;
  const fromMs = timeOf(widget["start"], toMs) ?? toMs - 3 * 3_600_000;
  if (fromMs >= toMs) throw validationError("MetricWidget: start must be before end.");
  const view = textOf(widget, "view") ?? "timeSeries";
  if (view !== "timeSeries")
    throw validationError(`MetricWidget: Fogbank draws the view timeSeries, not ${view}.`);
  const axes = isObject(widget["yAxis"]) ? widget["yAxis"] : {};
  const legend = isObject(widget["legend"]) ? textOf(widget["legend"], "position") : "bottom";
  return {
    title: textOf(widget, "title"),
    width: size("width", 600),
    height: size("height", 400),
    fromMs,
    toMs,
    offsetMinutes: offsetOf(textOf(widget, "timezone")),
    stacked: widget["stacked"] === true,
    legend: legend !== "hidden",
    left: axisOf(axes["left"]),
    right: axisOf(axes["right"]),
    ...metricsOf(widget),
    ...annotationsOf(widget["annotations"]),
  };
}

function parsed(text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw validationError(`MetricWidget must be valid JSON: ${(error as Error).message}`);
  }
  if (!isObject(value)) throw validationError("MetricWidget must be a JSON object.");
  return value;
}

function textOf(from: Json, name: string): string | undefined {
  const value = from[name];
  if (value === undefined || typeof value === "string") return value;
  throw validationError(`MetricWidget: ${name} must be a string.`);
}

function numberOf(from: Json, name: string): number | undefined {
  const value = from[name];
  if (value === undefined || typeof value === "number") return value;
  throw validationError(`MetricWidget: ${name} must be a number.`);
}

/** "-PT3H", counted back, or ISO 8601. */
function timeOf(value: unknown, fromMs: number): number | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === "string" ? value : JSON.stringify(value);
  const parts = /^-?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(text);
  if (parts) {
    const lengths = [7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1000];
    const spans = lengths.map((lengthMs, index) => Number(parts[index + 1] ?? 0) * lengthMs);
    return fromMs - spans.reduce((sum, span) => sum + span, 0);
  }
  const timeMs = parseIso(text);
  if (Number.isNaN(timeMs)) throw validationError(`MetricWidget: ${text} is not a time.`);
  return timeMs;
}

function offsetOf(timezone: string | undefined): number {
  if (timezone === undefined) return 0;
  const offset = /^([+-])(\d\d)(\d\d)$/.exec(timezone);
  if (!offset) throw validationError(`MetricWidget: timezone must be of the form +0130.`);
  const minutes = Number(offset[2]) * 60 + Number(offset[3]);
  return offset[1] === "-" ? -minutes : minutes;
}

function axisOf(value: unknown): Axis {
  if (!isObject(value)) return {};
  const [min, max, label] = [
    numberOf(value, "min"),
    numberOf(value, "max"),
    textOf(value, "label"),
  ];
  return {
    ...(min !== undefined && { min }),
    ...(max !== undefined && { max }),
    ...(label !== undefined && { label }),
  };
}

/** "#1f77b4"; undefined lets the graph choose. */
function colorOf(value: unknown): number | undefined {
  const color = /^#([\da-fA-F]{6})$/.exec(typeof value === "string" ? value : "")?.[1];
  return color === undefined ? undefined : Number.parseInt(color, 16);
}

/** Rows of namespace, name, dimensions and options, in which "." and "..." repeat the row before. */
function metricsOf(widget: Json): Pick<Widget, "lines" | "queries"> {
  const rows = widget["metrics"];
  if (!Array.isArray(rows)) throw validationError("Should have property metrics.");
  if (rows.length > mostMetrics)
    throw validationError(`MetricWidget: a graph has at most ${mostMetrics} metrics.`);
  const lines: Line[] = [];
  const queries: MetricDataQuery[] = [];
  let before: string[] = [];
  for (const [index, row] of (rows as unknown[]).entries()) {
    if (!Array.isArray(row)) throw validationError("MetricWidget: a metric must be an array.");
    const last = (row as unknown[]).at(-1);
    const options = isObject(last) ? last : {};
    const words = (row as unknown[]).filter((word) => typeof word === "string");
    const id = textOf(options, "id") ?? `widget${index}`;
    const label = textOf(options, "label");
    const shared = {
      Id: id,
      ReturnData: options["visible"] !== false,
      ...(label !== undefined && { Label: label }),
    };
    const period = numberOf(options, "period") ?? numberOf(widget, "period") ?? 300;
    const expression = textOf(options, "expression");
    if (expression !== undefined)
      queries.push({ ...shared, Expression: expression, Period: period });
    else {
      before = repeated(words, before);
      queries.push({ ...shared, MetricStat: statOf(before, period, options, widget) });
    }
    lines.push({ id, color: colorOf(options["color"]), right: options["yAxis"] === "right" });
  }
  return { lines, queries };
}

function repeated(words: readonly string[], before: readonly string[]): string[] {
  const found: string[] = [];
  for (const [index, word] of words.entries())
    if (word === "...") {
      const rest = words.length - index - 1;
      found.push(...before.slice(found.length, before.length - rest));
    } else found.push(word === "." ? (before[found.length] ?? "") : word);
  return found;
}

function statOf(words: readonly string[], Period: number, options: Json, widget: Json) {
  const [Namespace, MetricName, ...rest] = words;
  if (!Namespace || !MetricName || rest.length % 2 === 1)
    throw validationError(
      "MetricWidget: a metric is a namespace, a name, and names and values of dimensions.",
    );
  const Dimensions = Array.from({ length: rest.length / 2 }, (_, index) => ({
    Name: rest[index * 2]!,
    Value: rest[index * 2 + 1]!,
  }));
  const Stat = textOf(options, "stat") ?? textOf(widget, "stat") ?? "Average";
  return { Metric: { Namespace, MetricName, Dimensions }, Period, Stat };
}

function annotationsOf(value: unknown): Pick<Widget, "horizontal" | "vertical"> {
  const listed = (name: string): Json[] => {
    const list = isObject(value) ? value[name] : undefined;
    return Array.isArray(list) ? (list as unknown[]).flat().filter(isObject) : [];
  };
  const shared = (one: Json) => ({ label: textOf(one, "label"), color: colorOf(one["color"]) });
  return {
    horizontal: listed("horizontal").flatMap((one) => {
      const at = numberOf(one, "value");
      return at === undefined ? [] : [{ value: at, ...shared(one) }];
    }),
    vertical: listed("vertical").flatMap((one) => {
      const atMs = timeOf(one["value"], 0);
      return atMs === undefined ? [] : [{ atMs, ...shared(one) }];
    }),
  };
}
