/** One comparison of a pattern: `= "ERROR*"`, `>= 400`, `= %4\d\d%`. */
import { invalidParameter } from "../errors.ts";

export type Operator = "=" | "!=" | "<" | "<=" | ">" | ">=";
export type ValueTest = (value: string | number | boolean) => boolean;

const numeric = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** `quoted` says that the value stood in double quotes, and is text even when it looks like a number. */
export function parseValueTest(operator: Operator, text: string, quoted: boolean): ValueTest {
  if (operator === "=" || operator === "!=") {
    const wanted = operator === "=";
    const equals = parseEquality(text, quoted);
    return (value) => equals(value) === wanted;
  }
  if (quoted || !numeric.test(text)) throw invalidParameter("Invalid filter pattern");
  const bound = Number(text);
  const within = orders[operator];
  return (value) => {
    const number = typeof value === "string" && !numeric.test(value) ? Number.NaN : Number(value);
    return within(number, bound);
  };
}

const orders = {
  "<": (a: number, b: number) => a < b,
  "<=": (a: number, b: number) => a <= b,
  ">": (a: number, b: number) => a > b,
  ">=": (a: number, b: number) => a >= b,
} as const;

function parseEquality(text: string, quoted: boolean): ValueTest {
  if (!quoted && text.startsWith("%")) {
    const expression = parseRegex(text);
    return (value) => expression.test(String(value));
  }
  if (!quoted && numeric.test(text)) {
    const number = Number(text);
    return (value) =>
      typeof value === "number"
        ? value === number
        : numeric.test(String(value)) && Number(value) === number;
  }
  if (!text.includes("*")) return (value) => String(value) === text;
  const source = text
    .split("*")
    .map((part) => part.replaceAll(/[.+?^$()|[\]{}\\]/g, String.raw`\$&`))
    .join("[^]*");
  const wildcard = new RegExp(`^${source}$`);
  return (value) => wildcard.test(String(value));
}

/** %expression% */
export function parseRegex(text: string): RegExp {
  if (!text.endsWith("%") || text.length < 3) throw invalidParameter("Invalid regular expression");
  try {
    return new RegExp(text.slice(1, -1));
  } catch {
    throw invalidParameter("Invalid regular expression");
  }
}
