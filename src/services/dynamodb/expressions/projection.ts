/** Projection expressions: which parts of an item are given back. */
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { contentOf, typeOf, type Item } from "../attribute-values.ts";
import type { Path } from "./ast.ts";
import { Cursor } from "./cursor.ts";
import { resolvePath } from "./evaluate.ts";
import type { Placeholders } from "./placeholders.ts";

export function parseProjection(text: string, placeholders: Placeholders): Path[] {
  const cursor = new Cursor(text, "ProjectionExpression", placeholders);
  const paths = [cursor.path()];
  while (cursor.takeSymbol(",")) paths.push(cursor.path());
  cursor.expectEnd();
  for (const [index, path] of paths.entries())
    for (const other of paths.slice(index + 1)) {
      const shorter = Math.min(path.length, other.length);
      if (path.slice(0, shorter).every((part, at) => part === other[at]))
        throw cursor.invalid(
          `Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [${path.join(", ")}], path two: [${other.join(", ")}]`,
        );
    }
  return paths;
}

/** The item reduced to the paths; elements of lists close ranks in their order. */
export function project(item: Item, paths: readonly Path[]): Item {
  const result: Item = {};
  for (const path of paths.toSorted(byIndexes)) {
    const value = resolvePath(item, path);
    if (value !== undefined) place(result, path, value);
  }
  return result;
}

function byIndexes(a: Path, b: Path): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (typeof part === "number" && typeof other === "number" && part !== other)
      return part - other;
    if (part !== other) return 0;
  }
  return 0;
}

function place(target: Item, path: Path, value: AttributeValue): void {
  const [name, ...rest] = path;
  if (rest.length === 0) {
    target[name] = value;
    return;
  }
  target[name] = nest(target[name], rest, value);
}

function nest(
  present: AttributeValue | undefined,
  [part, ...rest]: readonly (string | number)[],
  value: AttributeValue,
): AttributeValue {
  const inner = (below: AttributeValue | undefined) =>
    rest.length === 0 ? value : nest(below, rest, value);
  if (typeof part === "number") {
    const list = present && typeOf(present) === "L" ? contentOf<AttributeValue[]>(present) : [];
    return { L: [...list, inner(undefined)] };
  }
  const map = present && typeOf(present) === "M" ? contentOf<Item>(present) : {};
  return { M: { ...map, [part!]: inner(map[part!]) } };
}
