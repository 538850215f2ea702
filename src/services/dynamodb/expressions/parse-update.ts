/** Update expressions: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html */
import { typeOf } from "../attribute-values.ts";
import type { Path, Update, UpdateValue } from "./ast.ts";
import { Cursor } from "./cursor.ts";
import type { Placeholders } from "./placeholders.ts";

type Section = keyof Update;

const sections: Readonly<Record<string, Section>> = {
  SET: "set",
  REMOVE: "remove",
  ADD: "add",
  DELETE: "delete",
};

export function parseUpdate(text: string, placeholders: Placeholders): Update {
  const cursor = new Cursor(text, "UpdateExpression", placeholders);
  const update: Update = { set: [], remove: [], add: [], delete: [] };
  const seen = new Set<Section>();
  while (cursor.token.kind !== "end") {
    const section = sections[cursor.token.text.toUpperCase()];
    if (cursor.token.kind !== "name" || !section) throw cursor.error();
    const word = cursor.next().text.toUpperCase();
    if (seen.has(section))
      throw cursor.invalid(`The "${word}" section can only be used once in an update expression;`);
    seen.add(section);
    do parseClause(cursor, section, update);
    while (cursor.takeSymbol(","));
  }
  refuseOverlaps(cursor, update);
  return update;
}

function parseClause(cursor: Cursor, section: Section, update: Update): void {
  const path = cursor.path();
  switch (section) {
    case "remove":
      update.remove.push(path);
      return;
    case "set":
      cursor.expectSymbol("=");
      update.set.push({ path, value: parseSum(cursor) });
      return;
    case "add":
    case "delete": {
      const value = cursor.value();
      const allowed = section === "add" ? ["N", "SS", "NS", "BS"] : ["SS", "NS", "BS"];
      if (!allowed.includes(typeOf(value)))
        throw cursor.invalid(
          `Incorrect operand type for operator or function; operator: ${section.toUpperCase()}, operand type: ${longTypeNames[typeOf(value)]}, typeSet: ALLOWED_FOR_${section.toUpperCase()}_OPERAND`,
        );
      update[section].push({ path, value });
    }
  }
}

const longTypeNames = {
  S: "STRING",
  N: "NUMBER",
  B: "BINARY",
  SS: "STRING_SET",
  NS: "NUMBER_SET",
  BS: "BINARY_SET",
  M: "MAP",
  L: "LIST",
  NULL: "NULL",
  BOOL: "BOOLEAN",
} as const;

function parseSum(cursor: Cursor): UpdateValue {
  const left = parseTerm(cursor);
  if (cursor.takeSymbol("+")) return { kind: "add", left, right: parseTerm(cursor) };
  if (cursor.takeSymbol("-")) return { kind: "subtract", left, right: parseTerm(cursor) };
  return left;
}

function parseTerm(cursor: Cursor): UpdateValue {
  const { token, following } = cursor;
  if (cursor.takeSymbol("(")) {
    const value = parseSum(cursor);
    cursor.expectSymbol(")");
    return value;
  }
  if (token.kind === "value")
    return { kind: "operand", operand: { kind: "value", value: cursor.value() } };
  if (token.kind !== "name" || following.text !== "(")
    return { kind: "operand", operand: { kind: "path", path: cursor.path() } };
  cursor.next();
  cursor.expectSymbol("(");
  const value = parseUpdateFunction(cursor, token.text);
  cursor.expectSymbol(")");
  return value;
}

function parseUpdateFunction(cursor: Cursor, name: string): UpdateValue {
  if (name === "if_not_exists") {
    const path = cursor.path();
    cursor.expectSymbol(",");
    return { kind: "ifNotExists", path, otherwise: parseSum(cursor) };
  }
  if (name === "list_append") {
    const left = parseTerm(cursor);
    cursor.expectSymbol(",");
    return { kind: "append", left, right: parseTerm(cursor) };
  }
  throw cursor.invalid(`Invalid function name; function: ${name}`);
}

/** Two clauses must not change the same place, nor one a part of what another changes. */
function refuseOverlaps(cursor: Cursor, update: Update): void {
  const paths: Path[] = [
    ...update.set.map(({ path }) => path),
    ...update.remove,
    ...update.add.map(({ path }) => path),
    ...update.delete.map(({ path }) => path),
  ];
  for (const [index, path] of paths.entries())
    for (const other of paths.slice(index + 1)) {
      const shorter = Math.min(path.length, other.length);
      if (path.slice(0, shorter).every((part, at) => part === other[at]))
        throw cursor.invalid(
          `Two document paths overlap with each other; must remove or rewrite one of these paths; path one: ${show(path)}, path two: ${show(other)}`,
        );
    }
}

function show(path: Path): string {
  return `[${path.map((part) => (typeof part === "number" ? `[${part}]` : part)).join(", ")}]`;
}
