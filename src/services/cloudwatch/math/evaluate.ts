/** Metric math over queries that refer to each other. Pure: the metrics were read before. */
import { functions, type Argument, type Scope } from "./functions.ts";
import { combine, mapSeries, type MathValue, type TimeSeries } from "./series.ts";
import { ExpressionError, type Expression } from "./syntax.ts";

export interface MathInput {
  /** Queries that read a metric, by id. */
  series: Map<string, TimeSeries>;
  /** Queries that compute, by id, parsed. */
  expressions: Map<string, Expression>;
  /** What each call gave that had to ask the store: SEARCH, ANOMALY_DETECTION_BAND. */
  called: Map<Expression, MathValue>;
  /** What Metrics Insights queries found, by id. */
  selected: Map<string, MathValue>;
}

export interface Evaluator {
  /** Throws ExpressionError. */
  valueOf(id: string): MathValue;
}

export function createEvaluator(input: MathInput, scope: Scope): Evaluator {
  const known = new Map<string, MathValue>();
  const underWay = new Set<string>();

  const valueOf = (id: string): MathValue => {
    const read = input.series.get(id) ?? input.selected.get(id) ?? known.get(id);
    if (read !== undefined) return read;
    const expression = input.expressions.get(id);
    if (!expression) throw new ExpressionError(`'${id}' is not defined`);
    if (underWay.has(id)) throw new ExpressionError(`'${id}' refers to itself`);
    underWay.add(id);
    const computed = compute(expression);
    underWay.delete(id);
    known.set(id, computed);
    return computed;
  };
  const compute = (expression: Expression): MathValue => {
    switch (expression.kind) {
      case "number":
        return expression.value;
      case "text":
        throw new ExpressionError(`"${expression.value}" is no value`);
      case "name":
        return valueOf(expression.name);
      case "list":
        return expression.items.flatMap((item) => {
          const value = compute(item);
          if (typeof value === "number")
            throw new ExpressionError("a list holds time series, not numbers");
          return value;
        });
      case "negate":
        return combine("*", compute(expression.operand), -1);
      case "binary":
        return combine(expression.operator, compute(expression.left), compute(expression.right));
      case "call":
        return call(expression);
    }
  };
  const call = (expression: Expression & { kind: "call" }): MathValue => {
    const { name, args } = expression;
    const asked = input.called.get(expression);
    if (asked !== undefined) return asked;
    if (name === "METRICS") return metricsNamed(args[0]);
    const run = functions[name];
    if (!run) throw new ExpressionError(`Fogbank does not know the function ${name}`);
    return run(args.map(argument), scope);
  };
  const argument = (expression: Expression): Argument => {
    if (expression.kind === "text") return { word: expression.value };
    const isWord = expression.kind === "name" && /^[A-Z]/.test(expression.name);
    return isWord ? { word: expression.name } : compute(expression);
  };
  const metricsNamed = (filter: Expression | undefined): TimeSeries[] => {
    const part = filter?.kind === "text" ? filter.value : "";
    return [...input.series].flatMap(([id, series]) => (id.includes(part) ? [series] : []));
  };
  return { valueOf };
}

/**
 * What a query answers: its series, without what lies outside the range. "The final result of any math
 * expression must be a single time series or an array of time series."
 */
export function toSeries(value: MathValue, { range }: Scope): TimeSeries[] {
  if (typeof value === "number")
    throw new ExpressionError("the result must be a time series or an array of time series");
  const list = Array.isArray(value) ? value : [value];
  return list.map((series) =>
    mapSeries(series, (one, timeMs) =>
      timeMs >= range.fromMs && timeMs < range.toMs ? one : undefined,
    ),
  );
}
