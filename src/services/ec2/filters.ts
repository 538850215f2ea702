/**
 * The filters of the Describe operations: values of one filter are alternatives, filters add up,
 * `*` and `?` are wildcards and a backslash takes their meaning away.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
 */
import type { Tags } from "#services/kit/tags.ts";
import { filterLimitExceeded, invalidFilter } from "./errors.ts";
import { dateOf } from "#runtime/date.ts";

export interface Filter {
  Name?: string | undefined;
  Values?: readonly string[] | undefined;
}

type Scalar = string | number | boolean | undefined;
export type FilterValue = Scalar | readonly Scalar[];

/** What a filter compares with, by the filter's name; several values match if any does. */
export type FilterTable<T> = Readonly<Record<string, (record: T) => FilterValue>>;

/** Filter values per call. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html */
const mostValues = 200;

/**
 * The records that pass every filter. `tagsOf` adds the filters tag:KEY, tag-key and tag-value.
 * A filter that is not in the table is refused as AWS refuses it: InvalidParameterValue.
 */
export function applyFilters<T>(
  records: readonly T[],
  filters: readonly Filter[] | undefined,
  table: FilterTable<T>,
  tagsOf?: (record: T) => Tags,
): T[] {
  if (!filters?.length) return [...records];
  const tests = filters.map((filter) => compile(filter, table, tagsOf));
  return records.filter((record) => tests.every((test) => test(record)));
}

function compile<T>(
  { Name = "null", Values = [] }: Filter,
  table: FilterTable<T>,
  tagsOf: ((record: T) => Tags) | undefined,
): (record: T) => boolean {
  if (Values.length > mostValues) throw filterLimitExceeded();
  const matches = compileValues(Values);
  const test = (found: FilterValue) =>
    Array.isArray(found) ? found.some((one: Scalar) => matches(one)) : matches(found as Scalar);
  if (Object.hasOwn(table, Name)) return (record) => test(table[Name]!(record));
  if (tagsOf) {
    if (Name === "tag-key") return (record) => test(Object.keys(tagsOf(record)));
    if (Name === "tag-value") return (record) => test(Object.values(tagsOf(record)));
    if (Name.startsWith("tag:")) {
      const key = Name.slice("tag:".length);
      return (record) => test(tagsOf(record)[key]);
    }
  }
  throw invalidFilter(Name);
}

function compileValues(values: readonly string[]): (found: Scalar) => boolean {
  const exact = new Set<string>();
  const patterns: RegExp[] = [];
  for (const value of values)
    if (/[*?\\]/.test(value)) patterns.push(wildcard(value));
    else exact.add(value);
  return (found) => {
    if (found === undefined) return false;
    const text = String(found);
    return exact.has(text) || patterns.some((pattern) => pattern.test(text));
  };
}

/** "web-*" as an expression over the whole text. */
function wildcard(value: string): RegExp {
  let source = "";
  for (let index = 0; index < value.length; index++) {
    const character = value[index]!;
    if (character === "*") source += "[^]*";
    else if (character === "?") source += "[^]";
    else if (character === "\\" && index + 1 < value.length)
      source += RegExp.escape(value[++index]!);
    else source += RegExp.escape(character);
  }
  return new RegExp(`^${source}$`);
}

/** The form in which date filters compare: "2026-01-05T12:00:00.000Z". */
export function filterTime(timeMs: number): string {
  return dateOf(timeMs).toISOString();
}
