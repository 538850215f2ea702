/**
 * The grammar of metric math.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */

export type Expression =
  | { kind: "number"; value: number }
  | { kind: "text"; value: string }
  /** The id of another query, or a keyword such as REPEAT. */
  | { kind: "name"; name: string }
  | { kind: "list"; items: Expression[] }
  | { kind: "call"; name: string; args: Expression[] }
  | { kind: "negate"; operand: Expression }
  | { kind: "binary"; operator: Operator; left: Expression; right: Expression };

export type Operator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "^"
  | "=="
  | "!="
  | "<"
  | ">"
  | "<="
  | ">="
  | "AND"
  | "OR";

export class ExpressionError extends Error {}

/** From loosest to tightest. */
const precedence: Operator[][] = [
  ["OR"],
  ["AND"],
  ["==", "!=", "<=", ">=", "<", ">"],
  ["+", "-"],
  ["*", "/"],
];

/** Throws ExpressionError. */
export function parseExpression(text: string): Expression {
  const tokens = tokenize(text);
  let position = 0;
  const peek = () => tokens[position];
  const take = (token: string): boolean => {
    if (peek() !== token) return false;
    position++;
    return true;
  };
  const expect = (token: string) => {
    if (!take(token))
      throw new ExpressionError(`expected '${token}' but found ${peek() ?? "the end"}`);
  };
  const level = (depth: number): Expression => {
    const operators = precedence[depth];
    if (!operators) return negation();
    let left = level(depth + 1);
    for (;;) {
      const operator = operators.find((candidate) => take(candidate));
      if (!operator) return left;
      left = { kind: "binary", operator, left, right: level(depth + 1) };
    }
  };
  const negation = (): Expression => {
    if (take("-")) return { kind: "negate", operand: negation() };
    if (take("+")) return negation();
    const base = primary();
    if (!take("^")) return base;
    return { kind: "binary", operator: "^", left: base, right: negation() };
  };
  const items = (end: string): Expression[] => {
    const found: Expression[] = [];
    if (take(end)) return found;
    do found.push(level(0));
    while (take(","));
    expect(end);
    return found;
  };
  const primary = (): Expression => {
    const token = peek();
    if (token === undefined) throw new ExpressionError("the expression ends too early");
    position++;
    if (token === "(") {
      const inner = level(0);
      expect(")");
      return inner;
    }
    if (token === "[") return { kind: "list", items: items("]") };
    if (/^[\d.]/.test(token)) return { kind: "number", value: Number(token) };
    if (/^["']/.test(token)) return { kind: "text", value: token.slice(1, -1) };
    if (!/^[A-Za-z_]/.test(token)) throw new ExpressionError(`unexpected '${token}'`);
    if (take("(")) return { kind: "call", name: token.toUpperCase(), args: items(")") };
    return { kind: "name", name: token };
  };
  const whole = level(0);
  if (position < tokens.length) throw new ExpressionError(`unexpected '${peek()}'`);
  return whole;
}

const tokenPattern =
  /\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z_]\w*)|("[^"]*"|'[^']*')|(==|!=|<=|>=|&&|\|\||[-+*/^<>()[\],]))/y;

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.trimEnd().length) {
    const start = tokenPattern.lastIndex;
    const match = tokenPattern.exec(text);
    if (!match) throw new ExpressionError(`unexpected '${text.slice(start).trim()[0]}'`);
    const [, number, name, quoted, symbol] = match;
    if (symbol === "&&") tokens.push("AND");
    else if (symbol === "||") tokens.push("OR");
    else tokens.push((number ?? name ?? quoted ?? symbol)!);
  }
  return tokens;
}

/** The names that an expression uses, and its SEARCH calls. */
export function* walk(expression: Expression): Iterable<Expression> {
  yield expression;
  if (expression.kind === "list") for (const item of expression.items) yield* walk(item);
  if (expression.kind === "call") for (const arg of expression.args) yield* walk(arg);
  if (expression.kind === "negate") yield* walk(expression.operand);
  if (expression.kind === "binary") {
    yield* walk(expression.left);
    yield* walk(expression.right);
  }
}
