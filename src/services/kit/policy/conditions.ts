/**
 * Condition operators of policies, as pure functions of the request's context.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
import { BlockList, isIP } from "node:net";
import { parseIso } from "#runtime/date.ts";
import { matchesPattern } from "./pattern.ts";

/** Condition keys in lower case to what the request says; a missing key is simply not there. */
export type ConditionContext = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A test of one value of the request against one value of the policy. */
type Compare = (actual: string, wanted: string) => boolean;

const numeric =
  (holds: (actual: number, wanted: number) => boolean): Compare =>
  (actual, wanted) =>
    holds(Number(actual), Number(wanted));
const dated =
  (holds: (actual: number, wanted: number) => boolean): Compare =>
  (actual, wanted) =>
    holds(timeOf(actual), timeOf(wanted));

const operators: Record<string, Compare> = {
  StringEquals: (actual, wanted) => actual === wanted,
  StringEqualsIgnoreCase: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
  StringLike: (actual, wanted) => matchesPattern(wanted, actual),
  ArnEquals: arnLike,
  ArnLike: arnLike,
  NumericEquals: numeric((actual, wanted) => actual === wanted),
  NumericLessThan: numeric((actual, wanted) => actual < wanted),
  NumericLessThanEquals: numeric((actual, wanted) => actual <= wanted),
  NumericGreaterThan: numeric((actual, wanted) => actual > wanted),
  NumericGreaterThanEquals: numeric((actual, wanted) => actual >= wanted),
  DateEquals: dated((actual, wanted) => actual === wanted),
  DateLessThan: dated((actual, wanted) => actual < wanted),
  DateLessThanEquals: dated((actual, wanted) => actual <= wanted),
  DateGreaterThan: dated((actual, wanted) => actual > wanted),
  DateGreaterThanEquals: dated((actual, wanted) => actual >= wanted),
  Bool: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
  BinaryEquals: (actual, wanted) => actual === wanted,
  IpAddress: addressWithin,
};

/** Operators that hold when none of the policy's values matches. */
const negated: Record<string, string> = {
  StringNotEquals: "StringEquals",
  StringNotEqualsIgnoreCase: "StringEqualsIgnoreCase",
  StringNotLike: "StringLike",
  ArnNotEquals: "ArnEquals",
  ArnNotLike: "ArnLike",
  NumericNotEquals: "NumericEquals",
  DateNotEquals: "DateEquals",
  NotIpAddress: "IpAddress",
};

interface Operator {
  compare: Compare;
  negative: boolean;
  ifExists: boolean;
  set: "any" | "all" | undefined;
}

/** Undefined for a name that is no operator. "Null" is known but has no comparison of its own. */
function operatorNamed(name: string): Operator | undefined {
  const [, set, bare, ifExists] = /^(?:For(Any|All)Values?:)?(\w+?)(IfExists)?$/.exec(name) ?? [];
  if (!bare) return undefined;
  const compare = operators[negated[bare] ?? bare];
  if (!compare) return undefined;
  return {
    compare,
    negative: bare in negated,
    ifExists: ifExists !== undefined,
    set: set === "Any" ? "any" : set === "All" ? "all" : undefined,
  };
}

export function isConditionOperator(name: string): boolean {
  return name === "Null" || operatorNamed(name) !== undefined;
}

/** True when every operator and every key of the block holds. */
export function conditionsHold(
  conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>,
  context: ConditionContext,
): boolean {
  return Object.entries(conditions).every(([name, keys]) =>
    Object.entries(keys).every(([key, wanted]) =>
      holds(name, context[key.toLowerCase()], wanted, context),
    ),
  );
}

function holds(
  name: string,
  present: string | readonly string[] | undefined,
  templates: readonly string[],
  context: ConditionContext,
): boolean {
  if (name === "Null")
    return templates.some((wanted) => (present === undefined) === (wanted === "true"));
  const operator = operatorNamed(name);
  if (!operator) return false;
  if (present === undefined)
    return operator.ifExists || operator.set === "all" || (operator.negative && !operator.set);
  const actual = typeof present === "string" ? [present] : present;
  const wanted = templates.map((template) => substitute(template, context));
  const one = (value: string) =>
    wanted.some((candidate) => operator.compare(value, candidate)) !== operator.negative;
  if (operator.set === "all") return actual.every(one);
  if (operator.set === "any") return actual.some(one);
  return operator.negative ? actual.every(one) : actual.some(one);
}

/** Puts the request's values in place of policy variables such as ${aws:username}. */
export function substitute(template: string, context: ConditionContext): string {
  return template.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
    if (name === "*" || name === "?" || name === "$") return name;
    const [key, fallback] = name.split(",").map((part) => part.trim());
    const value = context[key!.toLowerCase()];
    if (typeof value === "string") return value;
    return fallback !== undefined ? fallback.replace(/^'|'$/g, "") : whole;
  });
}

/** Each of an ARN's six parts is matched by itself. */
function arnLike(actual: string, wanted: string): boolean {
  const parts = (arn: string) => {
    const [a, b, c, d, e, ...rest] = arn.split(":");
    return [a, b, c, d, e, rest.join(":")];
  };
  if (wanted === "*") return true;
  const have = parts(actual);
  return parts(wanted).every((pattern, index) => matchesPattern(pattern ?? "", have[index] ?? ""));
}

function addressWithin(actual: string, wanted: string): boolean {
  const [base, length] = wanted.split("/");
  const family = isIP(base!) === 6 ? "ipv6" : "ipv4";
  if (isIP(actual) === 0 || isIP(base!) !== isIP(actual)) return false;
  const list = new BlockList();
  list.addSubnet(base!, length === undefined ? (family === "ipv6" ? 128 : 32) : +length, family);
  return list.check(actual, family);
}

/** Dates come as ISO 8601 or as seconds since the epoch. */
function timeOf(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : parseIso(text);
}
