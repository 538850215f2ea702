import assert from "node:assert/strict";
import { test } from "node:test";
import { createEvaluator } from "./evaluate.ts";
import type { MathValue, TimeSeries } from "./series.ts";
import { parseExpression } from "./syntax.ts";

/** One value a minute; "-" is a missing one. */
function series(text: string): TimeSeries {
  const points = new Map<number, number>();
  for (const [index, mark] of text.split(" ").entries())
    if (mark !== "-") points.set(index * 60_000, Number(mark));
  return { label: "", periodMs: 60_000, points };
}

function textOf(value: MathValue, length: number): string {
  if (typeof value === "number") return String(value);
  if (Array.isArray(value)) return value.map((one) => textOf(one, length)).join(" | ");
  return Array.from({ length }, (_, index) => value.points.get(index * 60_000) ?? "-").join(" ");
}

function run(expression: string, metrics: Record<string, string>): string {
  const length = Math.max(...Object.values(metrics).map((text) => text.split(" ").length));
  const evaluator = createEvaluator(
    {
      series: new Map(Object.entries(metrics).map(([id, text]) => [id, series(text)])),
      expressions: new Map([["e", parseExpression(expression)]]),
      called: new Map(),
      selected: new Map(),
    },
    { range: { fromMs: 0, toMs: length * 60_000 }, periodMs: 60_000 },
  );
  return textOf(evaluator.valueOf("e"), length);
}

test("the guide's table of comparisons: a missing value counts as 0", () => {
  const metrics = { metric1: "30 20 0 0", metric2: "20 - 20 -" };
  assert.equal(run("(metric1 < metric2)", metrics), "0 0 1 0");
  assert.equal(run("(metric1 >= 30)", metrics), "1 0 0 0");
  assert.equal(run("(metric1 > 15 AND metric2 > 15)", metrics), "1 0 0 0");
  assert.equal(run("metric1 > 15 && metric2 > 15 || metric1 == 20", metrics), "1 1 0 0");
});

test("the guide's tables of IF", () => {
  const metrics = { metric1: "1 1 0 0 -", metric2: "30 - 0 0 30", metric3: "0 0 20 - 20" };
  assert.equal(run("IF(metric1, metric2, metric3)", metrics), "30 0 20 - -");
  assert.equal(run("IF(metric1, 5, metric3)", metrics), "5 5 20 - -");
  assert.equal(run("IF(metric1, metric2, 5)", metrics), "30 0 5 5 -");
  assert.equal(run("IF(metric1, metric2)", metrics), "30 0 - - -");
  assert.equal(run("IF(1, metric2, metric3)", metrics), "30 - 0 0 30");
  assert.equal(run("IF(0, metric2)", metrics), "- - - - -");
});

test("arithmetic treats missing values as 0 and drops what divides by 0", () => {
  const metrics = { a: "6 4 - 8", b: "2 - 5 0" };
  assert.equal(run("a + b", metrics), "8 4 5 8");
  assert.equal(run("a / b", metrics), "3 - 0 -");
  assert.equal(run("-a ^ 2 + 1", metrics), "-35 -15 - -63");
  assert.equal(run("SUM(100 / [a, b])", { a: "4 5", b: "10 -" }), "35 20");
});

test("functions that make one of many", () => {
  const metrics = { a: "1 2 3", b: "3 - 9" };
  assert.equal(run("AVG([a, b])", metrics), "2 1 6");
  assert.equal(run("a - AVG(a)", metrics), "-1 0 1");
  assert.equal(run("MIN([a, b])", metrics), "1 2 3");
  assert.equal(run("MAX(METRICS())", metrics), "3 2 9");
  assert.equal(run("STDDEV([a, b])", metrics), "1 0 3");
  assert.equal(run("DATAPOINT_COUNT([a, b])", metrics), "2 1 2");
  assert.equal(run("SUM(b) / DATAPOINT_COUNT(b)", metrics), "6");
  assert.equal(run("METRIC_COUNT(METRICS('a'))", metrics), "1");
  assert.equal(run("SUM([METRICS('a'), METRICS('b')])", metrics), "4 2 12");
});

test("functions of one series", () => {
  const metrics = { a: "1 4 - 6", b: "-1.5 2.5 10 100" };
  assert.equal(run("DIFF(a)", metrics), "- 3 - 2");
  assert.equal(run("DIFF_TIME(a)", metrics), "- 60 - 120");
  assert.equal(run("RATE(a) * 60", metrics), "- 3 - 1");
  assert.equal(run("RUNNING_SUM(a)", metrics), "1 5 - 11");
  assert.equal(run("ABS(b)", metrics), "1.5 2.5 10 100");
  assert.equal(run("CEIL(b)", metrics), "-1 3 10 100");
  assert.equal(run("FLOOR(b)", metrics), "-2 2 10 100");
  assert.equal(run("LOG10(b)", { b: "1 10 0 100" }), "0 1 - 2");
  assert.equal(run("LOG(b)", { b: "1 0" }), "0 -");
  assert.equal(run("a / PERIOD(a)", { a: "60 120" }), "1 2");
  assert.equal(run("MINUTE(a)", metrics), "0 1 2 3");
  assert.equal(run("EPOCH(a)", metrics), "0 60 120 180");
  assert.equal(run("DAY(a)", metrics), "4 4 4 4");
  assert.equal(run("YEAR(a)", metrics), "1970 1970 1970 1970");
  assert.equal(run("FILL(a, 0)", metrics), "1 4 0 6");
  assert.equal(run("FILL(a, REPEAT)", metrics), "1 4 4 6");
  assert.equal(run("FILL(a, LINEAR)", metrics), "1 4 5 6");
  assert.equal(run("FILL(a, b)", metrics), "1 4 10 6");
  assert.equal(run("TIME_SERIES(MAX(a))", metrics), "6 6 6 6");
});

test("functions of arrays", () => {
  const metrics = { a: "1 1", b: "5 5", c: "3 3", d: "- -" };
  assert.equal(run("SORT([a, b, c], AVG, DESC)", metrics), "5 5 | 3 3 | 1 1");
  assert.equal(run("SORT([a, b, c], MAX, ASC, 2)", metrics), "1 1 | 3 3");
  assert.equal(run("SLICE(SORT([a, b, c], SUM, DESC), 1)", metrics), "3 3 | 1 1");
  assert.equal(run("SLICE([a, b, c], 0, 2)", metrics), "1 1 | 5 5");
  assert.equal(run("FIRST(SORT([a, b, c], MIN, DESC))", metrics), "5 5");
  assert.equal(run("LAST([a, b, c])", metrics), "3 3");
  assert.equal(run("REMOVE_EMPTY([a, d])", metrics), "1 1");
  assert.throws(() => run("SORT([a, b], AVG)", metrics), /ASC or DESC/);
});
