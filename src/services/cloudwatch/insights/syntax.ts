/**
 * The grammar of Metrics Insights queries.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-metrics-insights-querylanguage.html
 */
import { ExpressionError } from "../math/syntax.ts";

export type InsightsFunction = "AVG" | "COUNT" | "MAX" | "MIN" | "SUM";

export interface InsightsQuery {
  select: InsightsFunction;
  metricName: string;
  namespace: string;
  /** Only metrics with exactly these dimensions; undefined for all. */
  schema?: string[];
  where: { key: string; equal: boolean; value: string }[];
  groupBy: string[];
  orderBy?: { by: InsightsFunction; descending: boolean };
  limit: number;
}

/** "A query can return no more than 500 time series." */
const mostInsightsSeries = 500;

export function isInsightsQuery(expression: string): boolean {
  return /^\s*SELECT\b/i.test(expression);
}

interface Token {
  kind: "word" | "name" | "value" | "number" | "sign" | "end";
  text: string;
}

const tokenPattern =
  /\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(\d+)(?!\w)|([A-Za-z_0-9][\w.]*)|(!=|[=(),]))/y;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  const end = text.trimEnd().length;
  while (tokenPattern.lastIndex < end) {
    const start = tokenPattern.lastIndex;
    const match = tokenPattern.exec(text);
    if (!match) throw new ExpressionError(`unexpected '${text.slice(start).trim()[0]}'`);
    const [, name, value, number, word, sign] = match;
    const plain = (quoted: string) => quoted.replace(/\\(.)/g, "$1");
    if (name !== undefined) tokens.push({ kind: "name", text: plain(name) });
    else if (value !== undefined) tokens.push({ kind: "value", text: plain(value) });
    else if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (word !== undefined) tokens.push({ kind: "word", text: word });
    else tokens.push({ kind: "sign", text: sign! });
  }
  return tokens;
}

const keywords = ["SELECT", "FROM", "WHERE", "GROUP", "ORDER", "BY", "LIMIT", "AND", "SCHEMA"];
const functions = ["AVG", "COUNT", "MAX", "MIN", "SUM"];

/** Throws ExpressionError. */
export function parseInsights(text: string): InsightsQuery {
  const tokens = tokenize(text);
  let position = 0;
  const peek = (): Token => tokens[position] ?? { kind: "end", text: "the end" };
  const fail = (wanted: string): never => {
    throw new ExpressionError(`expected ${wanted} but found '${peek().text}'`);
  };
  /** Keywords are written in any case. */
  const take = (...words: string[]): boolean => {
    const fits = words.every((word, index) => {
      const token = tokens[position + index];
      return (
        (token?.kind === "word" || token?.kind === "sign") && token.text.toUpperCase() === word
      );
    });
    if (fits) position += words.length;
    return fits;
  };
  const need = (...words: string[]) => {
    if (!take(...words)) fail(words.join(" "));
  };
  const identifier = (what: string): string => {
    const token = peek();
    const plain = token.kind === "word" && !keywords.includes(token.text.toUpperCase());
    if (!plain && token.kind !== "name") fail(what);
    position++;
    return token.text;
  };
  const list = (what: string): string[] => {
    const found = [identifier(what)];
    while (take(",")) found.push(identifier(what));
    return found;
  };
  const called = (): InsightsFunction => {
    const name = peek().text.toUpperCase();
    if (!functions.includes(name)) fail("AVG, COUNT, MAX, MIN or SUM");
    position++;
    need("(");
    return name as InsightsFunction;
  };

  need("SELECT");
  const select = called();
  const metricName = identifier("a metric's name");
  need(")");
  need("FROM");
  const query: InsightsQuery = {
    select,
    metricName,
    namespace: "",
    where: [],
    groupBy: [],
    limit: mostInsightsSeries,
  };
  if (take("SCHEMA", "(")) {
    const [namespace = "", ...schema] = list("a namespace or dimension");
    need(")");
    Object.assign(query, { namespace, schema });
  } else query.namespace = identifier("a namespace");
  if (take("WHERE"))
    do {
      const key = identifier("a dimension");
      const equal = take("=");
      if (!equal) need("!=");
      if (peek().kind !== "value") fail("a value in single quotation marks");
      query.where.push({ key, equal, value: tokens[position++]!.text });
    } while (take("AND"));
  if (take("GROUP", "BY")) query.groupBy = list("a dimension");
  if (take("ORDER", "BY")) {
    const by = called();
    need(")");
    const descending = take("DESC");
    if (!descending) take("ASC");
    query.orderBy = { by, descending };
  }
  if (take("LIMIT")) {
    const limit = peek().kind === "number" ? Number(peek().text) : 0;
    if (limit < 1 || limit > mostInsightsSeries) fail("a number from 1 to 500");
    position++;
    query.limit = limit;
  }
  if (position < tokens.length) fail("the end");
  return query;
}
