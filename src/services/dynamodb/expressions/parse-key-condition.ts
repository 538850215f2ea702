/** Key conditions of Query: equality on the partition key, one comparison on the sort key. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { validation } from "../errors.ts";
import type { Condition } from "./ast.ts";
import { parseCondition } from "./parse-condition.ts";
import type { Placeholders } from "./placeholders.ts";

export type SortCondition =
  | { kind: "compare"; comparator: "=" | "<" | "<=" | ">" | ">="; value: AttributeValue }
  | { kind: "between"; low: AttributeValue; high: AttributeValue }
  | { kind: "begins"; prefix: AttributeValue };

export interface KeyCondition {
  partition: AttributeValue;
  sort: SortCondition | undefined;
}

/** `partitionKey` and `sortKey` are the attribute names of the table's or index's key. */
export function parseKeyCondition(
  text: string,
  partitionKey: string,
  sortKey: string | undefined,
  placeholders: Placeholders,
): KeyCondition {
  const terms = conjuncts(parseCondition(text, "KeyConditionExpression", placeholders));
  if (terms.length > 2) throw invalid("Conditions can be of length 1 or 2 only");
  return combineKeyTerms(terms.map(readTerm), partitionKey, sortKey);
}

/** One condition on one attribute of a key. */
export interface KeyTerm {
  name: string;
  condition: SortCondition;
}

/** Throws ValidationException unless the terms are an equality on the partition key and no more than one on the sort key. */
export function combineKeyTerms(
  terms: readonly KeyTerm[],
  partitionKey: string,
  sortKey: string | undefined,
): KeyCondition {
  let partition: AttributeValue | undefined;
  let sort: SortCondition | undefined;
  for (const { name, condition } of terms) {
    if (name === partitionKey) {
      if (partition)
        throw invalid("KeyConditionExpressions must only contain one condition per key");
      if (condition.kind !== "compare" || condition.comparator !== "=")
        throw validation("Query key condition not supported");
      partition = condition.value;
    } else if (name === sortKey) {
      if (sort) throw invalid("KeyConditionExpressions must only contain one condition per key");
      sort = condition;
    } else
      throw validation(
        `Query condition missed key schema element: ${partition ? (sortKey ?? partitionKey) : partitionKey}`,
      );
  }
  if (!partition) throw validation(`Query condition missed key schema element: ${partitionKey}`);
  return { partition, sort };
}

function conjuncts(condition: Condition): Condition[] {
  if (condition.kind !== "and") return [condition];
  return [...conjuncts(condition.left), ...conjuncts(condition.right)];
}

function readTerm(condition: Condition): KeyTerm {
  if (condition.kind === "compare") {
    const { comparator, left, right } = condition;
    if (comparator === "<>") throw invalid("Unsupported operator in KeyConditionExpression: <>");
    if (left.kind === "path" && right.kind === "value")
      return {
        name: topLevel(left.path),
        condition: { kind: "compare", comparator, value: right.value },
      };
    // A value on the left is the same condition read backwards.
    if (left.kind === "value" && right.kind === "path")
      return {
        name: topLevel(right.path),
        condition: { kind: "compare", comparator: mirrored[comparator], value: left.value },
      };
  }
  if (condition.kind === "between") {
    const { operand, low, high } = condition;
    if (operand.kind === "path" && low.kind === "value" && high.kind === "value")
      return {
        name: topLevel(operand.path),
        condition: { kind: "between", low: low.value, high: high.value },
      };
  }
  if (condition.kind === "begins") {
    const { operand, prefix } = condition;
    if (operand.kind === "path" && prefix.kind === "value")
      return { name: topLevel(operand.path), condition: { kind: "begins", prefix: prefix.value } };
  }
  throw invalid(
    `Invalid operator used in KeyConditionExpression: ${condition.kind === "compare" ? "=" : condition.kind.toUpperCase()}`,
  );
}

const mirrored = { "=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<=" } as const;

function topLevel(path: readonly (string | number)[]): string {
  if (path.length > 1)
    throw invalid("KeyConditionExpressions cannot have conditions on nested attributes");
  return String(path[0]);
}

function invalid(detail: string) {
  return validation(`Invalid KeyConditionExpression: ${detail}`);
}
