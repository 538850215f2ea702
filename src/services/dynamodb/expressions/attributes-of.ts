/** Which of an item's attributes a condition looks at. */
import type { Condition, Operand } from "./ast.ts";

export function attributesOf(condition: Condition): string[] {
  switch (condition.kind) {
    case "and":
    case "or":
      return [...attributesOf(condition.left), ...attributesOf(condition.right)];
    case "not":
      return attributesOf(condition.condition);
    case "exists":
    case "type":
      return [condition.path[0]];
    case "compare":
      return named(condition.left, condition.right);
    case "between":
      return named(condition.operand, condition.low, condition.high);
    case "in":
      return named(condition.operand, ...condition.list);
    case "begins":
      return named(condition.operand, condition.prefix);
    case "contains":
      return named(condition.operand, condition.part);
  }
}

function named(...operands: readonly Operand[]): string[] {
  return operands.flatMap((operand) => (operand.kind === "value" ? [] : [operand.path[0]]));
}
