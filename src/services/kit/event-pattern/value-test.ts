/**
 * The comparisons of event patterns.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
 */
import { BlockList, isIP } from "node:net";
import { invalidPattern } from "./invalid-pattern.ts";

export type Scalar = string | number | boolean | null;

export type ValueTest = (value: Scalar) => boolean;

/** Numbers are compared to six digits behind the point, between -5 and 5 billion. */
const bound = 5_000_000_000;
const precision = 1_000_000;

/** A boolean for { exists }, which asks whether there is a value at all. Throws InvalidEventPatternException. */
export function parseValueTest(wanted: unknown): ValueTest | boolean {
  if (isScalar(wanted)) return equalTo(wanted);
  const [operator, operand] = operatorOf(wanted);
  if (operator === "exists") {
    if (typeof operand !== "boolean")
      throw invalidPattern("exists match pattern must be either true or false.");
    return operand;
  }
  const parse = parsers[operator];
  if (!parse) throw invalidPattern(`Unrecognized match type ${operator}`);
  return parse(operand);
}

function operatorOf(wanted: unknown): [operator: string, operand: unknown] {
  if (typeof wanted !== "object" || wanted === null || Array.isArray(wanted))
    throw invalidPattern("Match value must be String, number, true, false, or null");
  const entries = Object.entries(wanted);
  if (entries.length !== 1) throw invalidPattern("Only one key allowed in match expression");
  return entries[0]!;
}

const parsers: Record<string, ((operand: unknown) => ValueTest) | undefined> = {
  prefix: (operand) => affix("prefix", operand, (text, part) => text.startsWith(part)),
  suffix: (operand) => affix("suffix", operand, (text, part) => text.endsWith(part)),
  "equals-ignore-case": ignoringCase,
  wildcard,
  "anything-but": anythingBut,
  numeric,
  cidr,
};

function equalTo(wanted: Scalar): ValueTest {
  if (typeof wanted !== "number") return (value) => value === wanted;
  const rounded = round(wanted);
  return (value) => typeof value === "number" && round(value) === rounded;
}

function affix(
  name: string,
  operand: unknown,
  holds: (text: string, part: string) => boolean,
): ValueTest {
  if (typeof operand === "string") {
    return (value) => typeof value === "string" && holds(value, operand);
  }
  if (typeof operand === "object" && operand !== null && !Array.isArray(operand)) {
    const [inner, part] = operatorOf(operand);
    if (inner === "equals-ignore-case" && typeof part === "string") {
      const folded = part.toLowerCase();
      return (value) => typeof value === "string" && holds(value.toLowerCase(), folded);
    }
  }
  throw invalidPattern(`${name} match pattern must be a string`);
}

function ignoringCase(operand: unknown): ValueTest {
  if (typeof operand !== "string")
    throw invalidPattern("equals-ignore-case match pattern must be a string");
  const folded = operand.toLowerCase();
  return (value) => typeof value === "string" && value.toLowerCase() === folded;
}

/** "*" stands for any text; "\*" and "\\" for themselves. */
function wildcard(operand: unknown): ValueTest {
  if (typeof operand !== "string") throw invalidPattern("wildcard match pattern must be a string");
  let source = "";
  for (const [part] of operand.matchAll(/\\.?|\*+|[^\\*]+/gs)) {
    if (part.startsWith("\\")) {
      if (part !== "\\*" && part !== "\\\\")
        throw invalidPattern(`Invalid escape character at pos ${operand.indexOf(part)}`);
      source += `\\${part[1]}`;
    } else if (part.startsWith("*")) {
      if (part.length > 1)
        throw invalidPattern(
          `Consecutive wildcard characters at pos ${Math.max(0, operand.indexOf("**"))}`,
        );
      source += ".*";
    } else source += part.replace(/[.+?^${}()|[\]\\/-]/g, "\\$&");
  }
  const pattern = new RegExp(`^${source}$`, "su");
  return (value) => typeof value === "string" && pattern.test(value);
}

function anythingBut(operand: unknown): ValueTest {
  if (isScalar(operand) || Array.isArray(operand)) {
    const values: unknown[] = [operand].flat();
    if (values.length === 0) throw invalidPattern("Empty arrays are not allowed");
    if (!values.every((one) => typeof one === "string" || typeof one === "number"))
      throw invalidPattern("Inside anything but list, null and booleans are not supported.");
    const tests = values.map(equalTo);
    return (value) => !tests.some((test) => test(value));
  }
  const [operator, inner] = operatorOf(operand);
  const parse = anythingButOperators.has(operator) ? parsers[operator] : undefined;
  if (!parse) throw invalidPattern(`Unsupported anything-but pattern: ${operator}`);
  const parts = [inner].flat();
  if (parts.length === 0) throw invalidPattern("Empty arrays are not allowed");
  const tests = parts.map(parse);
  // Prefixes and the like say something of texts only; other values are "anything but" as well.
  return (value) => !tests.some((test) => test(value));
}

const anythingButOperators = new Set(["prefix", "suffix", "equals-ignore-case", "wildcard"]);

/** [">", 0, "<=", 5]: one comparison, or a lower and an upper bound. */
function numeric(operand: unknown): ValueTest {
  if (!Array.isArray(operand)) throw invalidPattern("Value of numeric must be an array.");
  const terms: unknown[] = operand;
  const [operator, , upper] = terms;
  const shaped =
    terms.length === 2 ||
    (terms.length === 4 && /^>=?$/.test(String(operator)) && /^<=?$/.test(String(upper)));
  if (!shaped)
    throw invalidPattern("Bad numeric range operator or too many elements in numeric expression");
  const tests = Array.from({ length: terms.length / 2 }, (_, index) =>
    comparison(terms[2 * index], terms[2 * index + 1]),
  );
  return (value) =>
    typeof value === "number" &&
    Math.abs(value) <= bound &&
    tests.every((test) => test(round(value)));
}

function comparison(operator: unknown, limit: unknown): (rounded: number) => boolean {
  if (typeof limit !== "number")
    throw invalidPattern(`Value of ${String(operator)} must be numeric`);
  if (Math.abs(limit) > bound)
    throw invalidPattern(`Value must be between -5.0E9 and 5.0E9, inclusive`);
  const wanted = round(limit);
  switch (operator) {
    case "=":
      return (value) => value === wanted;
    case "<":
      return (value) => value < wanted;
    case "<=":
      return (value) => value <= wanted;
    case ">":
      return (value) => value > wanted;
    case ">=":
      return (value) => value >= wanted;
    default:
      throw invalidPattern(`Unrecognized numeric range operator: ${String(operator)}`);
  }
}

function cidr(operand: unknown): ValueTest {
  const [base = "", bits, ...more] = typeof operand === "string" ? operand.split("/") : [];
  const family = isIP(base);
  const width = Number(bits);
  if (
    family === 0 ||
    more.length > 0 ||
    !/^\d{1,3}$/.test(bits ?? "") ||
    width > (family === 4 ? 32 : 128)
  )
    throw invalidPattern(`Malformed CIDR, one '/' required`);
  const network = new BlockList();
  network.addSubnet(base, width, family === 4 ? "ipv4" : "ipv6");
  return (value) => {
    const found = typeof value === "string" ? isIP(value) : 0;
    return found === family && network.check(value as string, found === 4 ? "ipv4" : "ipv6");
  };
}

function round(value: number): number {
  return Math.round(value * precision);
}

function isScalar(value: unknown): value is Scalar {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}
