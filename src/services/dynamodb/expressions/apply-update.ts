/** Applies an update to an item. Every clause sees the item as it was before. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { contentOf, equalValues, setMembers, typeOf, type Item } from "../attribute-values.ts";
import { validation } from "../errors.ts";
import { addNumbers, subtractNumbers } from "../numbers.ts";
import type { Path, Update, UpdateValue } from "./ast.ts";
import { resolvePath } from "./evaluate.ts";

/** A new item; the given one stays as it is. Throws ValidationException. */
export function applyUpdate(update: Update, before: Item): Item {
  const after = structuredClone(before);
  const values = update.set.map(({ value }) => computeValue(value, before));
  for (const [index, { path }] of update.set.entries()) setPath(after, path, values[index]!);
  for (const { path, value } of update.add)
    setPath(after, path, add(resolvePath(before, path), value));
  for (const { path, value } of update.delete) {
    const present = resolvePath(before, path);
    if (!present) continue;
    const left = deleteFromSet(present, value);
    if (left) setPath(after, path, left);
    else removePath(after, path);
  }
  // Higher indexes of one list first, so that the lower ones still mean the same elements.
  for (const path of update.remove.toSorted(byLastIndexDescending)) removePath(after, path);
  return after;
}

function byLastIndexDescending(a: Path, b: Path): number {
  const [left, right] = [a.at(-1), b.at(-1)];
  return typeof left === "number" && typeof right === "number" ? right - left : 0;
}

function computeValue(value: UpdateValue, item: Item): AttributeValue {
  switch (value.kind) {
    case "operand": {
      if (value.operand.kind === "value") return value.operand.value;
      const found = resolvePath(item, value.operand.path);
      if (!found)
        throw validation(
          "The provided expression refers to an attribute that does not exist in the item",
        );
      return found;
    }
    case "ifNotExists":
      return resolvePath(item, value.path) ?? computeValue(value.otherwise, item);
    case "append": {
      const left = computeValue(value.left, item);
      const right = computeValue(value.right, item);
      if (typeOf(left) !== "L" || typeOf(right) !== "L") throw incorrectType();
      return { L: [...contentOf<AttributeValue[]>(left), ...contentOf<AttributeValue[]>(right)] };
    }
    case "add":
    case "subtract": {
      const left = computeValue(value.left, item);
      const right = computeValue(value.right, item);
      if (typeOf(left) !== "N" || typeOf(right) !== "N") throw incorrectType();
      const operate = value.kind === "add" ? addNumbers : subtractNumbers;
      return { N: operate(contentOf<string>(left), contentOf<string>(right)) };
    }
  }
}

/** ADD: numbers are summed, sets united. */
function add(present: AttributeValue | undefined, value: AttributeValue): AttributeValue {
  if (!present) return value;
  const type = typeOf(present);
  if (type !== typeOf(value)) throw incorrectType();
  if (type === "N") return { N: addNumbers(contentOf<string>(present), contentOf<string>(value)) };
  const members = setMembers(present);
  const fresh = setMembers(value).filter(
    (one) => !members.some((member) => equalValues(member, one)),
  );
  return toSet(type, [...members, ...fresh]);
}

/** Undefined when nothing is left: DynamoDB has no empty sets. */
function deleteFromSet(present: AttributeValue, value: AttributeValue): AttributeValue | undefined {
  const type = typeOf(present);
  if (type !== typeOf(value)) throw incorrectType();
  const gone = setMembers(value);
  const left = setMembers(present).filter(
    (member) => !gone.some((one) => equalValues(member, one)),
  );
  return left.length > 0 ? toSet(type, left) : undefined;
}

function toSet(type: string, members: readonly AttributeValue[]): AttributeValue {
  return { [type]: members.map((member) => contentOf(member)) } as unknown as AttributeValue;
}

function setPath(item: Item, path: Path, value: AttributeValue): void {
  if (path.length === 1) {
    item[path[0]] = value;
    return;
  }
  const last = path.at(-1)!;
  const parent = resolvePath(item, path.slice(0, -1) as unknown as Path);
  const type = parent && typeOf(parent);
  if (typeof last === "number" && type === "L") {
    const list = contentOf<AttributeValue[]>(parent!);
    // Beyond the end an element is appended, without a gap.
    list[Math.min(last, list.length)] = value;
  } else if (typeof last === "string" && type === "M") contentOf<Item>(parent!)[last] = value;
  else throw invalidPath();
}

function removePath(item: Item, path: Path): void {
  if (path.length === 1) {
    delete item[path[0]];
    return;
  }
  const last = path.at(-1)!;
  const parent = resolvePath(item, path.slice(0, -1) as unknown as Path);
  const type = parent && typeOf(parent);
  if (typeof last === "number" && type === "L")
    contentOf<AttributeValue[]>(parent!).splice(last, 1);
  else if (typeof last === "string" && type === "M") delete contentOf<Item>(parent!)[last];
  else throw invalidPath();
}

function invalidPath() {
  return validation("The document path provided in the update expression is invalid for update");
}

function incorrectType() {
  return validation("An operand in the update expression has an incorrect data type");
}
