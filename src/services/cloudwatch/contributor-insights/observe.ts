/** What a log event says to a Contributor Insights rule. Pure. */
import type { FilterTest, RuleDefinition } from "./definition.ts";

export interface Observation {
  /** Values of the rule's keys. */
  contributor: string[];
  value: number;
}

type Fields = (name: string) => unknown;

/** Undefined for events that the rule does not count. */
export function observe(rule: RuleDefinition, message: string): Observation | undefined {
  const fields = rule.format === "JSON" ? jsonFields(message) : lineFields(message, rule.names);
  if (!fields) return undefined;
  for (const { match, tests } of rule.filters) {
    const value = fields(match);
    if (!tests.every((test) => passes(test, value))) return undefined;
  }
  const contributor = rule.keys.map((key) => textOf(fields(key)));
  if (contributor.includes(undefined)) return undefined;
  const value = rule.summed === undefined ? 1 : numberOf(fields(rule.summed));
  return value === undefined ? undefined : { contributor: contributor as string[], value };
}

function jsonFields(message: string): Fields | undefined {
  let document: unknown;
  try {
    document = JSON.parse(message);
  } catch {
    return undefined;
  }
  return (path) => {
    let value = document;
    for (const [, name, index] of path.matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)) {
      if (typeof value !== "object" || value === null) return undefined;
      const key = name ?? index!;
      value = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
    }
    return value;
  };
}

/** Columns are apart by spaces; what stands in quotes or brackets is one. */
function lineFields(message: string, names: Readonly<Record<string, string>>): Fields {
  const columns = [...message.matchAll(/\[([^\]]*)\]|"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(
    ([, bracketed, quoted, bare]) => bracketed ?? quoted ?? bare,
  );
  return (field) => {
    const place = Object.keys(names).find((one) => names[one] === field) ?? field;
    return columns[Number(place) - 1];
  };
}

function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

function numberOf(value: unknown): number | undefined {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

function passes(test: FilterTest, value: unknown): boolean {
  switch (test.kind) {
    case "IsPresent":
      return (value !== undefined) === test.present;
    case "In":
      return test.values.includes(textOf(value) ?? "");
    case "NotIn":
      return value !== undefined && !test.values.includes(textOf(value) ?? "");
    case "StartsWith":
      return test.values.some((start) => textOf(value)?.startsWith(start));
    default: {
      const number = numberOf(value);
      return number !== undefined && compares(test.kind, number, test.value);
    }
  }
}

function compares(
  kind: "GreaterThan" | "LessThan" | "EqualTo" | "NotEqualTo",
  number: number,
  other: number,
): boolean {
  if (kind === "GreaterThan") return number > other;
  if (kind === "LessThan") return number < other;
  return (number === other) === (kind === "EqualTo");
}
