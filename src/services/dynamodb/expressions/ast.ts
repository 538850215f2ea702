/** Parsed expressions, with the names and values already put in. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** Attribute names and list indexes from the item's top downwards. */
export type Path = readonly [string, ...(string | number)[]];

export type Comparator = "=" | "<>" | "<" | "<=" | ">" | ">=";

export type Operand =
  | { kind: "path"; path: Path }
  | { kind: "value"; value: AttributeValue }
  | { kind: "size"; path: Path };

export type Condition =
  | { kind: "compare"; comparator: Comparator; left: Operand; right: Operand }
  | { kind: "between"; operand: Operand; low: Operand; high: Operand }
  | { kind: "in"; operand: Operand; list: Operand[] }
  | { kind: "exists"; path: Path; wanted: boolean }
  | { kind: "type"; path: Path; type: string }
  | { kind: "begins"; operand: Operand; prefix: Operand }
  | { kind: "contains"; operand: Operand; part: Operand }
  | { kind: "and" | "or"; left: Condition; right: Condition }
  | { kind: "not"; condition: Condition };

export type UpdateValue =
  | { kind: "operand"; operand: Operand }
  | { kind: "add" | "subtract"; left: UpdateValue; right: UpdateValue }
  | { kind: "ifNotExists"; path: Path; otherwise: UpdateValue }
  | { kind: "append"; left: UpdateValue; right: UpdateValue };

export interface Update {
  set: { path: Path; value: UpdateValue }[];
  remove: Path[];
  add: { path: Path; value: AttributeValue }[];
  delete: { path: Path; value: AttributeValue }[];
}
