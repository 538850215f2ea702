/**
 * Condition and filter expressions:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
import { contentOf, equalValues, typeOf } from "../attribute-values.ts";
import type { Comparator, Condition, Operand, Path } from "./ast.ts";
import { Cursor } from "./cursor.ts";
import type { Placeholders } from "./placeholders.ts";

const comparators: ReadonlySet<string> = new Set(["=", "<>", "<", "<=", ">", ">="]);
const typeNames = new Set(["S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"]);
const mostInOperands = 100;

/** Throws ValidationException; `kind` names the parameter: "ConditionExpression", "FilterExpression". */
export function parseCondition(text: string, kind: string, placeholders: Placeholders): Condition {
  const cursor = new Cursor(text, kind, placeholders);
  const condition = parseOr(cursor);
  cursor.expectEnd();
  return condition;
}

function parseOr(cursor: Cursor): Condition {
  let left = parseAnd(cursor);
  while (cursor.takeWord("OR")) left = { kind: "or", left, right: parseAnd(cursor) };
  return left;
}

function parseAnd(cursor: Cursor): Condition {
  let left = parseNot(cursor);
  while (cursor.takeWord("AND")) left = { kind: "and", left, right: parseNot(cursor) };
  return left;
}

function parseNot(cursor: Cursor): Condition {
  if (cursor.takeWord("NOT")) return { kind: "not", condition: parseNot(cursor) };
  if (cursor.takeSymbol("(")) {
    const condition = parseOr(cursor);
    cursor.expectSymbol(")");
    if (cursor.grouped.has(condition))
      throw cursor.invalid("The expression has redundant parentheses;");
    cursor.grouped.add(condition);
    return condition;
  }
  return parseFunction(cursor) ?? parseComparison(cursor);
}

/** A function that is a condition by itself; undefined when none stands here. */
function parseFunction(cursor: Cursor): Condition | undefined {
  const { token, following } = cursor;
  if (token.kind !== "name" || following.text !== "(" || token.text === "size") return undefined;
  const { text: name } = cursor.next();
  cursor.expectSymbol("(");
  const condition = parseArguments(cursor, name);
  cursor.expectSymbol(")");
  return condition;
}

function parseArguments(cursor: Cursor, name: string): Condition {
  switch (name) {
    case "attribute_exists":
    case "attribute_not_exists":
      return {
        kind: "exists",
        path: pathArgument(cursor, name),
        wanted: name === "attribute_exists",
      };
    case "attribute_type": {
      const path = pathArgument(cursor, name);
      cursor.expectSymbol(",");
      const value = cursor.value();
      const type = typeOf(value) === "S" ? contentOf<string>(value) : "";
      if (typeOf(value) !== "S")
        throw cursor.invalid(
          `Incorrect operand type for operator or function; operator or function: attribute_type, operand type: ${typeOf(value)}`,
        );
      if (!typeNames.has(type))
        throw cursor.invalid(
          `Invalid attribute type name found; type: ${type}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`,
        );
      return { kind: "type", path, type };
    }
    case "begins_with": {
      const operand = parseOperand(cursor);
      cursor.expectSymbol(",");
      const prefix = parseOperand(cursor);
      if (prefix.kind === "value" && !["S", "B"].includes(typeOf(prefix.value)))
        throw cursor.invalid(
          `Incorrect operand type for operator or function; operator or function: begins_with, operand type: ${typeOf(prefix.value)}`,
        );
      return { kind: "begins", operand, prefix };
    }
    case "contains": {
      const operand = parseOperand(cursor);
      cursor.expectSymbol(",");
      return { kind: "contains", operand, part: parseOperand(cursor) };
    }
    default:
      throw cursor.invalid(`Invalid function name; function: ${name}`);
  }
}

function pathArgument(cursor: Cursor, name: string): Path {
  if (cursor.token.kind === "value")
    throw cursor.invalid(
      `Operator or function requires a document path; operator or function: ${name}`,
    );
  return cursor.path();
}

function parseComparison(cursor: Cursor): Condition {
  const operand = parseOperand(cursor);
  if (cursor.takeWord("BETWEEN")) {
    const low = parseOperand(cursor);
    if (!cursor.takeWord("AND")) throw cursor.error();
    return { kind: "between", operand, low, high: parseOperand(cursor) };
  }
  if (cursor.takeWord("IN")) return { kind: "in", operand, list: parseList(cursor) };
  const { kind, text } = cursor.token;
  if (kind !== "symbol" || !comparators.has(text)) throw cursor.error();
  cursor.next();
  const right = parseOperand(cursor);
  refuseSame(cursor, text, operand, right);
  return { kind: "compare", comparator: text as Comparator, left: operand, right };
}

function parseList(cursor: Cursor): Operand[] {
  cursor.expectSymbol("(");
  const list = [parseOperand(cursor)];
  while (cursor.takeSymbol(",")) list.push(parseOperand(cursor));
  cursor.expectSymbol(")");
  if (list.length > mostInOperands)
    throw cursor.invalid(
      `The IN operator is provided with too many operands; number of operands: ${list.length}`,
    );
  return list;
}

function parseOperand(cursor: Cursor): Operand {
  const { token, following } = cursor;
  if (token.kind === "value") return { kind: "value", value: cursor.value() };
  if (token.kind === "name" && following.text === "(") {
    if (token.text !== "size")
      throw cursor.invalid(
        `The function is not allowed to be used this way in an expression; function: ${token.text}`,
      );
    cursor.next();
    cursor.expectSymbol("(");
    const path = pathArgument(cursor, "size");
    cursor.expectSymbol(")");
    return { kind: "size", path };
  }
  return { kind: "path", path: cursor.path() };
}

/** Comparing an attribute with itself says nothing; DynamoDB refuses it. */
function refuseSame(cursor: Cursor, comparator: string, left: Operand, right: Operand): void {
  const samePath =
    left.kind === "path" &&
    right.kind === "path" &&
    JSON.stringify(left.path) === JSON.stringify(right.path);
  const sameValue =
    left.kind === "value" && right.kind === "value" && equalValues(left.value, right.value);
  if (samePath && !sameValue)
    throw cursor.invalid(
      `The first operand must be distinct from the remaining operands for this operator or function; operator: ${comparator}, first operand: [${left.path.join(", ")}]`,
    );
}
