/**
 * Expected, QueryFilter, ScanFilter and KeyConditions as the trees that expressions are parsed to.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Condition.html
 */
import type {
  AttributeValue,
  Condition as LegacyCondition,
  ExpectedAttributeValue,
} from "@aws-sdk/client-dynamodb";
import { normalizeValue, typeOf } from "../attribute-values.ts";
import { invalidParameter, validation } from "../errors.ts";
import type { Comparator, Condition, Operand, Path } from "./ast.ts";
import { combineKeyTerms, type KeyCondition, type KeyTerm } from "./parse-key-condition.ts";

type Join = "AND" | "OR" | undefined;

/** QueryFilter and ScanFilter; undefined without conditions. */
export function legacyFilter(
  conditions: Readonly<Record<string, LegacyCondition>> | undefined,
  join: Join,
): Condition | undefined {
  const entries = Object.entries(conditions ?? {});
  return combine(
    entries.map(([name, condition]) => readCondition(name, condition)),
    join,
  );
}

/** Expected; undefined without conditions. */
export function legacyExpected(
  expected: Readonly<Record<string, ExpectedAttributeValue>> | undefined,
  join: Join,
): Condition | undefined {
  const entries = Object.entries(expected ?? {});
  return combine(
    entries.map(([name, condition]) => readExpected(name, condition)),
    join,
  );
}

export function legacyKeyConditions(
  conditions: Readonly<Record<string, LegacyCondition>>,
  partitionKey: string,
  sortKey: string | undefined,
): KeyCondition {
  const entries = Object.entries(conditions);
  if (entries.length > 2) throw validation("Conditions can be of length 1 or 2 only");
  const terms = entries.map(([name, condition]) => ({
    name,
    condition: toKeyTerm(readCondition(name, condition)),
  }));
  return combineKeyTerms(terms, partitionKey, sortKey);
}

function toKeyTerm(condition: Condition): KeyTerm["condition"] {
  if (condition.kind === "compare" && condition.comparator !== "<>")
    return { kind: "compare", comparator: condition.comparator, value: valueOf(condition.right) };
  if (condition.kind === "between")
    return { kind: "between", low: valueOf(condition.low), high: valueOf(condition.high) };
  if (condition.kind === "begins") return { kind: "begins", prefix: valueOf(condition.prefix) };
  throw validation("Attempted conditional constraint is not an indexable operation");
}

function valueOf(operand: Operand): AttributeValue {
  return (operand as Extract<Operand, { kind: "value" }>).value;
}

function combine(conditions: readonly Condition[], join: Join): Condition | undefined {
  const [first, ...others] = conditions;
  if (!first) return undefined;
  const kind = join === "OR" ? "or" : "and";
  let combined = first;
  for (const right of others) combined = { kind, left: combined, right };
  return combined;
}

function readExpected(
  name: string,
  {
    AttributeValueList: list,
    ComparisonOperator: operator,
    Exists: exists,
    Value: value,
  }: ExpectedAttributeValue,
): Condition {
  const refuse = (reason: string) => invalidParameter(`${reason} for Attribute: ${name}`);
  if (operator !== undefined) {
    if (exists !== undefined) throw refuse("Exists and ComparisonOperator cannot be used together");
    if (value !== undefined && list !== undefined)
      throw refuse("Value and AttributeValueList cannot be used together");
    return readCondition(name, {
      ComparisonOperator: operator,
      AttributeValueList: list ?? (value === undefined ? undefined : [value]),
    });
  }
  if (list !== undefined)
    throw refuse("AttributeValueList can only be used with a ComparisonOperator");
  if (exists === false) {
    if (value !== undefined) throw refuse("Value cannot be used when Exists is false");
    return { kind: "exists", path: [name], wanted: false };
  }
  if (value === undefined)
    throw refuse(`Value must be provided when Exists is ${exists === undefined ? "null" : "true"}`);
  return compare("=", [name], normalizeValue(value));
}

/** How many values each operator takes. */
const counts: Readonly<Record<string, number>> = {
  EQ: 1,
  NE: 1,
  LE: 1,
  LT: 1,
  GE: 1,
  GT: 1,
  CONTAINS: 1,
  NOT_CONTAINS: 1,
  BEGINS_WITH: 1,
  NULL: 0,
  NOT_NULL: 0,
  BETWEEN: 2,
};

const comparators: Readonly<Record<string, Comparator>> = {
  EQ: "=",
  NE: "<>",
  LE: "<=",
  LT: "<",
  GE: ">=",
  GT: ">",
};

const scalars = ["S", "N", "B"];
/** Types that an operator's values may have; the others take any. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  LE: scalars,
  LT: scalars,
  GE: scalars,
  GT: scalars,
  BETWEEN: scalars,
  IN: scalars,
  BEGINS_WITH: ["S", "B"],
  CONTAINS: [...scalars, "BOOL", "NULL"],
  NOT_CONTAINS: [...scalars, "BOOL", "NULL"],
};

function readCondition(
  name: string,
  { AttributeValueList: list = [], ComparisonOperator: operator }: LegacyCondition,
): Condition {
  const values = list.map((value) => normalizeValue(value));
  checkOperands(operator, values);
  const path: Path = [name];
  const attribute: Operand = { kind: "path", path };
  const [first, second] = values.map((value): Operand => ({ kind: "value", value }));
  switch (operator) {
    case "NULL":
    case "NOT_NULL":
      return { kind: "exists", path, wanted: operator === "NOT_NULL" };
    case "BETWEEN":
      return { kind: "between", operand: attribute, low: first!, high: second! };
    case "IN":
      return {
        kind: "in",
        operand: attribute,
        list: values.map((value) => ({ kind: "value", value })),
      };
    case "BEGINS_WITH":
      return { kind: "begins", operand: attribute, prefix: first! };
    case "CONTAINS":
      return { kind: "contains", operand: attribute, part: first! };
    case "NOT_CONTAINS":
      return {
        kind: "not",
        condition: { kind: "contains", operand: attribute, part: first! },
      };
    default:
      return compare(comparators[operator!]!, path, values[0]!);
  }
}

function checkOperands(operator: string | undefined, values: readonly AttributeValue[]): void {
  if (operator === undefined) throw invalidParameter("ComparisonOperator must be specified");
  const wanted = counts[operator];
  if (wanted === undefined ? values.length === 0 : values.length !== wanted)
    throw invalidParameter(`Invalid number of argument(s) for the ${operator} ComparisonOperator`);
  const types = allowed[operator];
  for (const value of values)
    if (types && !types.includes(typeOf(value)))
      throw invalidParameter(
        `ComparisonOperator ${operator} is not valid for ${typeOf(value)} AttributeValue type`,
      );
  if (new Set(values.map(typeOf)).size > 1)
    throw invalidParameter("AttributeValues inside AttributeValueList must be of same type");
}

function compare(comparator: Comparator, path: Path, value: AttributeValue): Condition {
  return {
    kind: "compare",
    comparator,
    left: { kind: "path", path },
    right: { kind: "value", value },
  };
}
