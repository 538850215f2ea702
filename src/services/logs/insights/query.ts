/** A query's commands, read once and then run over the events. */
import { malformedQuery, notSupported } from "../errors.ts";
import type { Aggregate } from "./aggregates.ts";
import { parseExpression, type Expression, type ExpressionOptions } from "./expression.ts";
import { Reader } from "./reader.ts";
import { compileGlob, compilePattern } from "./regex.ts";

export interface Named {
  name: string;
  expression: Expression;
}

export type Command =
  | { do: "fields"; fields: Named[] }
  | { do: "display"; fields: Named[] }
  | { do: "filter"; condition: Expression }
  | { do: "parse"; source: Expression; pattern: RegExp; names: string[] }
  | { do: "sort"; keys: { expression: Expression; descending: boolean }[] }
  | { do: "limit"; count: number }
  | { do: "dedup"; keys: Expression[] }
  | { do: "unnest"; source: Expression; name: string }
  | { do: "stats"; results: Named[]; groups: Named[]; aggregates: Aggregate[] };

const mostRows = 10_000;

/** Throws MalformedQueryException, or NotImplemented for a command that is not there. */
export function parseQuery(query: string, nowMs: number): Command[] {
  const reader = new Reader(query);
  const commands: Command[] = [];
  const options = { nowMs };
  do commands.push(parseCommand(reader, options));
  while (reader.symbol("|"));
  if (!reader.isAtEnd) throw reader.unexpected("'|' or end of query");
  if (commands.filter((command) => command.do === "stats").length > 2)
    throw malformedQuery("a query has at most two stats commands", 0);
  return commands;
}

const unsupported = new Set(["pattern", "diff", "anomaly", "source", "join", "lookup", "unmask"]);

function parseCommand(reader: Reader, options: ExpressionOptions): Command {
  const word = reader.expect("name", "a command");
  const name = word.text.toLowerCase();
  switch (name) {
    case "fields":
      return { do: "fields", fields: parseList(reader, options) };
    case "display":
      return { do: "display", fields: parseList(reader, options) };
    case "filter":
    case "filterindex":
      return { do: "filter", condition: parseExpression(reader, options) };
    case "parse":
      return parseParse(reader, options);
    case "sort":
      return parseSort(reader, options);
    case "limit":
      return parseLimit(reader);
    case "dedup":
      return { do: "dedup", keys: parseList(reader, options).map((one) => one.expression) };
    case "unnest":
      return parseUnnest(reader, options);
    case "stats":
      return parseStats(reader, options);
    default:
      if (unsupported.has(name)) throw notSupported(`the query command ${name}`);
      throw malformedQuery(`unknown command ${word.text}`, word.start);
  }
}

/** Expressions, each with its alias or with its own text as name. */
function parseList(reader: Reader, options: ExpressionOptions): Named[] {
  const list: Named[] = [];
  do {
    const first = reader.peek();
    const expression = parseExpression(reader, options);
    const text = reader.textSince(first.start);
    const alias = reader.keyword("as") ? reader.expect("name", "a name").text : undefined;
    list.push({ name: alias ?? text.replace(/^`([^`]+)`$/, "$1"), expression });
  } while (reader.symbol(","));
  return list;
}

/** parse @message "user=*, *" as @user, @rest — or a regular expression with named groups. */
function parseParse(reader: Reader, options: ExpressionOptions): Command {
  const kinds = ["text", "regex"];
  const source: Expression = kinds.includes(reader.peek().kind)
    ? (row) => row.get("@message")
    : parseExpression(reader, options);
  const { kind, text, start } = reader.next();
  if (kind === "regex") {
    const pattern = compilePattern(text, start);
    const names = [...text.matchAll(/\(\?<([A-Za-z]\w*)>/g)].map(([, group]) => group!);
    if (names.length === 0)
      throw malformedQuery("a regular expression of parse needs named groups", start);
    if (reader.keyword("as")) parseNames(reader);
    return { do: "parse", source, pattern, names };
  }
  if (kind !== "text") throw malformedQuery("expecting a pattern", start);
  const { pattern, groups } = compileGlob(text);
  if (!reader.keyword("as")) throw reader.unexpected("'as'");
  const names = parseNames(reader);
  if (names.length !== groups)
    throw malformedQuery(
      `the pattern of parse has ${groups} wildcards and ${names.length} names`,
      start,
    );
  return { do: "parse", source, pattern, names };
}

function parseNames(reader: Reader): string[] {
  const names: string[] = [];
  do names.push(reader.expect("name", "a name").text);
  while (reader.symbol(","));
  return names;
}

function parseSort(reader: Reader, options: ExpressionOptions): Command {
  const keys: { expression: Expression; descending: boolean }[] = [];
  do {
    const expression = parseExpression(reader, options);
    const descending = reader.keyword("desc");
    if (!descending) reader.keyword("asc");
    keys.push({ expression, descending });
  } while (reader.symbol(","));
  return { do: "sort", keys };
}

function parseLimit(reader: Reader): Command {
  const { text, start } = reader.expect("number", "a number");
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > mostRows)
    throw malformedQuery(`limit must be between 1 and ${mostRows}`, start);
  return { do: "limit", count };
}

function parseUnnest(reader: Reader, options: ExpressionOptions): Command {
  const source = parseExpression(reader, options);
  if (!reader.keyword("into")) throw reader.unexpected("'into'");
  return { do: "unnest", source, name: reader.expect("name", "a name").text };
}

function parseStats(reader: Reader, options: ExpressionOptions): Command {
  const aggregates: Aggregate[] = [];
  const results = parseList(reader, { ...options, aggregates });
  const groups = reader.keyword("by") ? parseList(reader, options) : [];
  return { do: "stats", results, groups, aggregates };
}
