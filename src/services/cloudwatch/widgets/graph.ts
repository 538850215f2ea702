/** Draws time series as a graph with axes and a legend. */
import { isoMillis } from "#runtime/date.ts";
import { sortedPoints, type TimeSeries } from "../math/series.ts";
import { Canvas, letterWidth, type Color } from "./canvas.ts";
import { glyphHeight } from "./font.ts";
import { ticksBetween, timeStep } from "./ticks.ts";
import type { Axis, Widget } from "./widget.ts";

export interface Drawn {
  series: TimeSeries;
  color: Color | undefined;
  right: boolean;
}

const ink: Color = 0x16191f;
const faint: Color = 0x687078;
const grid: Color = 0xe6e8ea;
const palette: Color[] = [
  0x1f77b4, 0xff7f0e, 0x2ca02c, 0xd62728, 0x9467bd, 0x8c564b, 0xe377c2, 0x7f7f7f, 0xbcbd22,
  0x17becf,
];

const rowHeight = glyphHeight + 6;

interface Scale {
  min: number;
  max: number;
  ticks: number[];
}

export function drawGraph(widget: Widget, drawn: readonly Drawn[]): Canvas {
  const canvas = new Canvas(widget.width, widget.height, 0xffffff);
  const lines = drawn.map((one, index) => ({
    ...one,
    color: one.color ?? palette[index % palette.length]!,
    points: sortedPoints(one.series),
  }));
  if (widget.stacked) stack(lines);
  const levels = widget.horizontal.map(({ value }) => value);
  const left = scaleOf(
    lines.filter(({ right }) => !right),
    widget.left,
    levels,
  );
  const onRight = lines.filter(({ right }) => right);
  const right = onRight.length > 0 ? scaleOf(onRight, widget.right, []) : undefined;
  const legend = widget.legend ? legendRows(widget.width, lines) : [];
  const frame = {
    left: Math.max(...left.ticks.map((tick) => numberText(tick).length)) * letterWidth + 12,
    right: right
      ? Math.max(...right.ticks.map((tick) => numberText(tick).length)) * letterWidth + 12
      : 16,
    top: (widget.title ? 26 : 10) + (widget.left.label || widget.right.label ? rowHeight : 0),
    bottom: 8 + rowHeight + legend.length * rowHeight,
  };
  const width = Math.max(1, widget.width - frame.left - frame.right);
  const height = Math.max(1, widget.height - frame.top - frame.bottom);
  const x = (timeMs: number) =>
    frame.left + ((timeMs - widget.fromMs) / (widget.toMs - widget.fromMs)) * width;
  const y = (value: number, { min, max }: Scale) =>
    frame.top + height - ((value - min) / (max - min)) * height;

  if (widget.title) canvas.text(widget.title, 10, 6, ink, 2);
  const labelTop = frame.top - rowHeight;
  if (widget.left.label) canvas.text(widget.left.label, 6, labelTop, faint);
  if (widget.right.label)
    canvas.text(
      widget.right.label,
      widget.width - widget.right.label.length * letterWidth - 6,
      labelTop,
      faint,
    );
  for (const tick of left.ticks) {
    canvas.rectangle(frame.left, y(tick, left), width, 1, grid);
    const text = numberText(tick);
    canvas.text(text, frame.left - text.length * letterWidth - 4, y(tick, left) - 4, faint);
  }
  for (const tick of right?.ticks ?? [])
    canvas.text(numberText(tick), frame.left + width + 6, y(tick, right!) - 4, faint);
  drawTimes(canvas, widget, { x, bottom: frame.top + height, width });
  canvas.rectangle(frame.left, frame.top + height, width, 1, faint);

  for (const { points, color, right: isRight, series } of lines) {
    const scale = isRight ? right! : left;
    let before: readonly [number, number] | undefined;
    for (const point of points) {
      const [atX, atY] = [x(point[0]), y(point[1], scale)];
      // A missing datapoint interrupts the line.
      if (before && point[0] - before[0] <= series.periodMs)
        canvas.line(x(before[0]), y(before[1], scale), atX, atY, color);
      else canvas.rectangle(atX - 1, atY - 1, 3, 3, color);
      before = point;
    }
  }
  for (const { value, label, color = 0xd13212 } of widget.horizontal) {
    canvas.rectangle(frame.left, y(value, left), width, 1, color);
    if (label) canvas.text(label, frame.left + 4, y(value, left) - glyphHeight - 2, color);
  }
  for (const { atMs, label, color = 0xd13212 } of widget.vertical) {
    if (atMs < widget.fromMs || atMs > widget.toMs) continue;
    canvas.rectangle(x(atMs), frame.top, 1, height, color);
    if (label) canvas.text(label, x(atMs) + 4, frame.top + 2, color);
  }
  for (const [row, entries] of legend.entries()) {
    const top = widget.height - (legend.length - row) * rowHeight - 2;
    for (const { at, color, text } of entries) {
      canvas.rectangle(at, top, 8, 8, color);
      canvas.text(text, at + 12, top, ink);
    }
  }
  return canvas;
}

/** Values of a stacked graph stand on those of the lines before. */
function stack(lines: { points: [number, number][] }[]): void {
  const sums = new Map<number, number>();
  for (const line of lines)
    line.points = line.points.map(([timeMs, value]) => {
      const sum = (sums.get(timeMs) ?? 0) + value;
      sums.set(timeMs, sum);
      return [timeMs, sum];
    });
}

function scaleOf(
  lines: readonly { points: readonly (readonly [number, number])[] }[],
  axis: Axis,
  levels: readonly number[],
): Scale {
  const values = [...lines.flatMap(({ points }) => points.map(([, value]) => value)), ...levels];
  const lowest = axis.min ?? values.reduce((a, b) => Math.min(a, b), values[0] ?? 0);
  const highest = axis.max ?? values.reduce((a, b) => Math.max(a, b), values[0] ?? 1);
  const flat = highest <= lowest;
  const ticks = ticksBetween(lowest, flat ? lowest + 1 : highest, 5);
  return {
    min: axis.min ?? Math.min(lowest, ticks[0]!),
    max: axis.max ?? Math.max(highest, ticks.at(-1)!),
    ticks,
  };
}

function drawTimes(
  canvas: Canvas,
  { fromMs, toMs, offsetMinutes }: Widget,
  { x, bottom, width }: { x: (timeMs: number) => number; bottom: number; width: number },
): void {
  const stepMs = timeStep(toMs - fromMs, width / 70);
  const offsetMs = offsetMinutes * 60_000;
  for (
    let timeMs = Math.ceil((fromMs + offsetMs) / stepMs) * stepMs - offsetMs;
    timeMs <= toMs;
    timeMs += stepMs
  ) {
    const local = isoMillis(timeMs + offsetMs);
    const text = stepMs < 86_400_000 ? local.slice(11, 16) : local.slice(5, 10).replace("-", "/");
    canvas.rectangle(x(timeMs), bottom, 1, 4, faint);
    canvas.text(text, x(timeMs) - (text.length * letterWidth) / 2, bottom + 6, faint);
  }
}

interface LegendEntry {
  at: number;
  color: Color;
  text: string;
}

function legendRows(
  width: number,
  lines: readonly { series: TimeSeries; color: Color }[],
): LegendEntry[][] {
  const rows: LegendEntry[][] = [];
  let at = width;
  for (const { series, color } of lines.slice(0, 30)) {
    const text = series.label.slice(0, Math.max(1, Math.floor((width - 30) / letterWidth)));
    const length = 12 + text.length * letterWidth + 14;
    if (at + length > width) {
      rows.push([]);
      at = 10;
    }
    rows.at(-1)!.push({ at, color, text });
    at += length;
  }
  return rows;
}

/** 1.5K, 2M: at most four digits. */
function numberText(value: number): string {
  const size = Math.abs(value);
  for (const [unit, letter] of [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
    [1e3, "K"],
  ] as const)
    if (size >= unit) return `${Number((value / unit).toPrecision(4))}${letter}`;
  return String(Number(value.toPrecision(4)));
}
