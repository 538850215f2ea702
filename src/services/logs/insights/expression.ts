/** Expressions of the query language, made into functions of a row. */
import { malformedQuery } from "../errors.ts";
import { aggregateOf, type Aggregate } from "./aggregates.ts";
import { functions } from "./functions.ts";
import type { Reader } from "./reader.ts";
import { compilePattern } from "./regex.ts";
import { compare, fieldOf, isTrue, numberOf, textOf, type Row, type Value } from "./value.ts";

export type Expression = (row: Row) => Value;

export interface ExpressionOptions {
  nowMs: number;
  /** Where aggregates of a stats command are gathered; without it they are no functions. */
  aggregates?: Aggregate[];
}

/** The name under which a group's row holds its nth aggregate. */
export function aggregateField(index: number): string {
  return `\0${index}`;
}

export function parseExpression(reader: Reader, options: ExpressionOptions): Expression {
  return parseOr(reader, options);
}

function parseOr(reader: Reader, options: ExpressionOptions): Expression {
  const parts = [parseAnd(reader, options)];
  while (reader.keyword("or") || reader.symbol("||")) parts.push(parseAnd(reader, options));
  return parts.length === 1 ? parts[0]! : (row) => parts.some((part) => isTrue(part(row)));
}

function parseAnd(reader: Reader, options: ExpressionOptions): Expression {
  const parts = [parseNot(reader, options)];
  while (reader.keyword("and") || reader.symbol("&&")) parts.push(parseNot(reader, options));
  return parts.length === 1 ? parts[0]! : (row) => parts.every((part) => isTrue(part(row)));
}

function parseNot(reader: Reader, options: ExpressionOptions): Expression {
  if (!reader.keyword("not")) return parseComparison(reader, options);
  const inner = parseNot(reader, options);
  return (row) => !isTrue(inner(row));
}

const comparisons: Record<string, ((difference: number | undefined) => boolean) | undefined> = {
  "=": (difference) => difference === 0,
  // What is missing is unequal to everything.
  "!=": (difference) => difference !== 0,
  "<": (difference) => difference !== undefined && difference < 0,
  "<=": (difference) => difference !== undefined && difference <= 0,
  ">": (difference) => difference !== undefined && difference > 0,
  ">=": (difference) => difference !== undefined && difference >= 0,
};

function parseComparison(reader: Reader, options: ExpressionOptions): Expression {
  const left = parseSum(reader, options);
  const { kind, text } = reader.peek();
  const holds = kind === "symbol" ? comparisons[text] : undefined;
  if (holds) {
    reader.next();
    const right = parseSum(reader, options);
    return (row) => holds(compare(left(row), right(row)));
  }
  const negated = reader.isKeyword("not") && ["like", "in"].some((one) => reader.isKeyword(one, 1));
  if (negated) reader.next();
  const test = parseLike(reader, left) ?? parseIn(reader, left, options);
  if (!test) return left;
  return negated ? (row) => !isTrue(test(row)) : test;
}

function parseLike(reader: Reader, left: Expression): Expression | undefined {
  if (!reader.keyword("like") && !reader.keyword("ilike") && !reader.symbol("=~")) return undefined;
  const { kind, text, start } = reader.next();
  if (kind === "regex") {
    const pattern = compilePattern(text, start);
    return (row) => {
      const value = left(row);
      return value !== undefined && pattern.test(textOf(value));
    };
  }
  if (kind !== "text") throw malformedQuery("expecting a regular expression or a string", start);
  return (row) => textOf(left(row)).includes(text);
}

function parseIn(
  reader: Reader,
  left: Expression,
  options: ExpressionOptions,
): Expression | undefined {
  if (!reader.keyword("in")) return undefined;
  reader.expectSymbol("[");
  const choices: Expression[] = [];
  if (!reader.symbol("]")) {
    do choices.push(parseSum(reader, options));
    while (reader.symbol(","));
    reader.expectSymbol("]");
  }
  return (row) => {
    const value = left(row);
    return choices.some((choice) => compare(value, choice(row)) === 0);
  };
}

type Arithmetic = Record<string, ((a: number, b: number) => number) | undefined>;

const sums: Arithmetic = { "+": (a, b) => a + b, "-": (a, b) => a - b };
const products: Arithmetic = { "*": (a, b) => a * b, "/": (a, b) => a / b, "%": (a, b) => a % b };
const powers: Arithmetic = { "^": (a, b) => a ** b };

function parseSum(reader: Reader, options: ExpressionOptions): Expression {
  return parseBinary(reader, sums, () =>
    parseBinary(reader, products, () => parsePower(reader, options)),
  );
}

function parsePower(reader: Reader, options: ExpressionOptions): Expression {
  return parseBinary(reader, powers, () => parseUnary(reader, options));
}

function parseBinary(reader: Reader, operators: Arithmetic, operand: () => Expression): Expression {
  let left = operand();
  for (;;) {
    const { kind, text } = reader.peek();
    const operate = kind === "symbol" ? operators[text] : undefined;
    if (!operate) return left;
    reader.next();
    const [first, second] = [left, operand()];
    left = (row) => {
      const result = operate(numberOf(first(row)), numberOf(second(row)));
      return Number.isFinite(result) ? result : undefined;
    };
  }
}

function parseUnary(reader: Reader, options: ExpressionOptions): Expression {
  if (!reader.symbol("-")) return parsePrimary(reader, options);
  const inner = parseUnary(reader, options);
  return (row) => -numberOf(inner(row));
}

function parsePrimary(reader: Reader, options: ExpressionOptions): Expression {
  if (reader.symbol("(")) {
    const inner = parseExpression(reader, options);
    reader.expectSymbol(")");
    return inner;
  }
  const token = reader.peek();
  const { kind, text } = token;
  if (!["name", "text", "number", "duration"].includes(kind))
    throw reader.unexpected("an expression");
  reader.next();
  if (kind === "text") return () => text;
  if (kind === "number") return () => Number(text);
  if (kind === "duration") return () => text;
  if (reader.symbol("(")) return parseCall(reader, text, token.start, options);
  if (text === "true" || text === "false") return () => text === "true";
  return (row) => fieldOf(row, text);
}

function parseCall(
  reader: Reader,
  name: string,
  start: number,
  options: ExpressionOptions,
): Expression {
  const { aggregates, nowMs } = options;
  const own = { nowMs };
  const parameters: Expression[] = [];
  if (reader.symbol("*")) reader.expectSymbol(")");
  else if (!reader.symbol(")")) {
    do parameters.push(parseExpression(reader, own));
    while (reader.symbol(","));
    reader.expectSymbol(")");
  }
  const aggregate = aggregates && aggregateOf(name.toLowerCase(), parameters);
  if (aggregate) {
    const field = aggregateField(aggregates.push(aggregate) - 1);
    return (row) => row.get(field);
  }
  const text = reader.textSince(start);
  // After stats a call is the name of a column: "sort count(*) desc".
  const isColumn = aggregateOf(name.toLowerCase(), parameters) !== undefined;
  if (isColumn && !aggregates) return (row) => row.get(text);
  const found = functions[name.toLowerCase()];
  if (!found) throw malformedQuery(`unknown function ${name}`, start);
  const [least, most] = found.arity;
  if (parameters.length < least || parameters.length > most)
    throw malformedQuery(`wrong number of arguments of function ${name}`, start);
  const call: Expression = (row) =>
    found.call(
      parameters.map((parameter) => parameter(row)),
      { nowMs, row },
    );
  return (row) => (row.has(text) ? row.get(text) : call(row));
}
