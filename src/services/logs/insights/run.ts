/** Runs a query's commands over rows. */
import type { ResultField } from "@aws-sdk/client-cloudwatch-logs";
import { aggregateField } from "./expression.ts";
import type { Command } from "./query.ts";
import { isTrue, order, textOf, type Row, type Value } from "./value.ts";

export interface QueryOutcome {
  results: ResultField[][];
  matched: number;
}

type Stats = Extract<Command, { do: "stats" }>;

const mostRows = 10_000;

/** `rows` come newest first, as results do when a query does not sort them. */
export function runQuery(
  commands: readonly Command[],
  rows: Iterable<Row>,
  limit = mostRows,
): QueryOutcome {
  let current = [...rows];
  let columns: string[] | undefined;
  let matched: number | undefined;
  let limited = false;
  for (const command of commands) {
    if (command.do !== "filter" && command.do !== "fields" && command.do !== "parse")
      matched ??= current.length;
    switch (command.do) {
      case "fields":
        current = current.map((row) => withFields(row, command.fields));
        columns = [...new Set([...(columns ?? []), ...command.fields.map(({ name }) => name)])];
        break;
      case "display":
        current = current.map((row) => withFields(row, command.fields));
        columns = command.fields.map(({ name }) => name);
        break;
      case "filter":
        current = current.filter((row) => isTrue(command.condition(row)));
        break;
      case "parse":
        current = current.map((row) => parsed(row, command));
        break;
      case "sort":
        current = current.toSorted((a, b) => {
          for (const { expression, descending } of command.keys) {
            const difference = order(expression(a), expression(b));
            if (difference !== 0) return descending ? -difference : difference;
          }
          return 0;
        });
        break;
      case "limit":
        current = current.slice(0, command.count);
        limited = true;
        break;
      case "dedup":
        current = withoutDuplicates(current, command.keys);
        break;
      case "unnest":
        current = current.flatMap((row) => unnested(row, command.source(row), command.name));
        break;
      case "stats":
        current = grouped(current, command);
        columns = [...command.groups, ...command.results].map(({ name }) => name);
        break;
    }
  }
  const isGrouped = commands.some((command) => command.do === "stats");
  const shown = columns ?? ["@timestamp", "@message"];
  return {
    matched: matched ?? current.length,
    results: (limited ? current : current.slice(0, limit)).map((row) =>
      resultOf(row, isGrouped || shown.includes("@ptr") ? shown : [...shown, "@ptr"]),
    ),
  };
}

/** Filters and parses: the commands that need no other event. */
export function runRowwise(commands: readonly Command[], rows: readonly Row[]): readonly Row[] {
  let current = rows;
  for (const command of commands)
    if (command.do === "filter") current = current.filter((row) => isTrue(command.condition(row)));
    else if (command.do === "parse") current = current.map((row) => parsed(row, command));
  return current;
}

function withFields(
  row: Row,
  fields: readonly { name: string; expression: (row: Row) => Value }[],
): Row {
  const next = new Map(row);
  for (const { name, expression } of fields) next.set(name, expression(next));
  return next;
}

function parsed(row: Row, { source, pattern, names }: Extract<Command, { do: "parse" }>): Row {
  const match = pattern.exec(textOf(source(row)));
  if (!match) return row;
  const next = new Map(row);
  for (const [index, name] of names.entries()) {
    const value = match.groups?.[name] ?? match[index + 1];
    if (value !== undefined) next.set(name, value);
  }
  return next;
}

/** Events without a value for one of the keys all stay. */
function withoutDuplicates(rows: readonly Row[], keys: readonly ((row: Row) => Value)[]): Row[] {
  const seen = new Set<string>();
  return rows.filter((row) => {
    const values = keys.map((key) => key(row));
    if (values.includes(undefined)) return true;
    const key = JSON.stringify(values.map((value) => textOf(value)));
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
}

function unnested(row: Row, list: Value, name: string): Row[] {
  if (!Array.isArray(list)) return [row];
  return (list as Value[]).map((element) => new Map(row).set(name, element ?? undefined));
}

function grouped(rows: readonly Row[], { groups, results, aggregates }: Stats): Row[] {
  const start = () => aggregates.map((make) => make());
  const found = new Map<string, { keys: Value[]; counters: ReturnType<typeof start> }>();
  if (groups.length === 0) found.set("[]", { keys: [], counters: start() });
  for (const row of rows) {
    const keys = groups.map(({ expression }) => expression(row));
    const place = JSON.stringify(keys.map((key) => (key === undefined ? null : textOf(key))));
    let group = found.get(place);
    if (!group) found.set(place, (group = { keys, counters: start() }));
    for (const counter of group.counters) counter.add(row);
  }
  return [...found.values()].map(({ keys, counters }) => {
    const row = new Map<string, Value>();
    for (const [index, { name }] of groups.entries()) row.set(name, keys[index]);
    for (const [index, counter] of counters.entries())
      row.set(aggregateField(index), counter.result());
    for (const { name, expression } of results) row.set(name, expression(row));
    for (const index of counters.keys()) row.delete(aggregateField(index));
    return row;
  });
}

function resultOf(row: Row, columns: readonly string[]): ResultField[] {
  return columns.flatMap((field) => {
    const value = row.get(field);
    return value === undefined ? [] : [{ field, value: textOf(value) }];
  });
}
