/** Whether an item meets a condition, and where paths lead in it. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import {
  compareValues,
  contentOf,
  equalValues,
  setMembers,
  typeOf,
  type Item,
} from "../attribute-values.ts";
import type { Condition, Operand, Path } from "./ast.ts";

/** What a path leads to; undefined when the item has nothing there. */
export function resolvePath(item: Item, path: Path): AttributeValue | undefined {
  let value: AttributeValue | undefined = item[path[0]];
  for (let index = 1; index < path.length && value; index++) {
    const part = path[index]!;
    const type = typeOf(value);
    if (typeof part === "number")
      value = type === "L" ? contentOf<AttributeValue[]>(value)[part] : undefined;
    else value = type === "M" ? contentOf<Item>(value)[part] : undefined;
  }
  return value;
}

export function evaluate(condition: Condition, item: Item): boolean {
  switch (condition.kind) {
    case "and":
      return evaluate(condition.left, item) && evaluate(condition.right, item);
    case "or":
      return evaluate(condition.left, item) || evaluate(condition.right, item);
    case "not":
      return !evaluate(condition.condition, item);
    case "exists":
      return (resolvePath(item, condition.path) !== undefined) === condition.wanted;
    case "type": {
      const value = resolvePath(item, condition.path);
      return value !== undefined && typeOf(value) === condition.type;
    }
    case "compare":
      return compare(condition, item);
    case "between": {
      const value = resolve(condition.operand, item);
      const low = resolve(condition.low, item);
      const high = resolve(condition.high, item);
      if (!value || !low || !high) return false;
      return (compareValues(value, low) ?? -1) >= 0 && (compareValues(value, high) ?? 1) <= 0;
    }
    case "in": {
      const value = resolve(condition.operand, item);
      if (!value) return false;
      return condition.list.some((operand) => {
        const other = resolve(operand, item);
        return other !== undefined && equalValues(value, other);
      });
    }
    case "begins": {
      const value = resolve(condition.operand, item);
      const prefix = resolve(condition.prefix, item);
      return value !== undefined && prefix !== undefined && beginsWith(value, prefix);
    }
    case "contains": {
      const value = resolve(condition.operand, item);
      const part = resolve(condition.part, item);
      return value !== undefined && part !== undefined && contains(value, part);
    }
  }
}

function compare(condition: Extract<Condition, { kind: "compare" }>, item: Item): boolean {
  const left = resolve(condition.left, item);
  const right = resolve(condition.right, item);
  const { comparator } = condition;
  // What is missing differs from everything that is there.
  if (!left || !right) return comparator === "<>" && (left !== undefined || right !== undefined);
  if (comparator === "=") return equalValues(left, right);
  if (comparator === "<>") return !equalValues(left, right);
  const order = compareValues(left, right);
  if (order === undefined) return false;
  if (comparator === "<") return order < 0;
  if (comparator === "<=") return order <= 0;
  return comparator === ">" ? order > 0 : order >= 0;
}

function resolve(operand: Operand, item: Item): AttributeValue | undefined {
  if (operand.kind === "value") return operand.value;
  const value = resolvePath(item, operand.path);
  if (operand.kind === "path" || !value) return value;
  const size = sizeFunction(value);
  return size === undefined ? undefined : { N: String(size) };
}

/** size(): characters of a string, bytes of a binary, members of a collection. */
function sizeFunction(value: AttributeValue): number | undefined {
  const content = contentOf(value);
  switch (typeOf(value)) {
    case "S":
      return Array.from(content as string).length;
    case "B":
      return (content as Uint8Array).length;
    case "M":
      return Object.keys(content as Item).length;
    case "L":
    case "SS":
    case "NS":
    case "BS":
      return (content as unknown[]).length;
    default:
      return undefined;
  }
}

function beginsWith(value: AttributeValue, prefix: AttributeValue): boolean {
  const type = typeOf(value);
  if (type !== typeOf(prefix)) return false;
  if (type === "S") return contentOf<string>(value).startsWith(contentOf<string>(prefix));
  if (type !== "B") return false;
  const bytes = contentOf<Uint8Array>(prefix);
  return Buffer.compare(contentOf<Uint8Array>(value).subarray(0, bytes.length), bytes) === 0;
}

function contains(value: AttributeValue, part: AttributeValue): boolean {
  const type = typeOf(value);
  if (type === "S")
    return typeOf(part) === "S" && contentOf<string>(value).includes(contentOf<string>(part));
  if (type === "B")
    return (
      typeOf(part) === "B" &&
      Buffer.from(contentOf<Uint8Array>(value)).includes(contentOf<Uint8Array>(part))
    );
  if (type === "L" || type === "SS" || type === "NS" || type === "BS")
    return setMembers(value).some((member) => equalValues(member, part));
  return false;
}
