/** Words of the query language. https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html */
import { malformedQuery } from "../errors.ts";

export interface Token {
  kind: "name" | "number" | "duration" | "text" | "regex" | "symbol" | "end";
  text: string;
  /** Where it stands in the query, and where it ends. */
  start: number;
  end: number;
}

const pattern =
  /(?<duration>\d+(?:ms|s|min|m|h|d|w|mo|q|y)\b)|(?<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?<name>[@A-Za-z_][\w@]*(?:\.[\w@]+)*)|`(?<quotedName>[^`]+)`|"(?<double>(?:[^"\\]|\\.)*)"|'(?<single>(?:[^'\\]|\\.)*)'|(?<symbol>=~|!=|<=|>=|&&|\|\||[-+*/%^=<>()[\],|])/y;
const space = /(?:\s+|#[^\n]*)*/y;
const regex = /\/((?:[^/\\\n]|\\.)+)\//y;

/** After these words a slash opens a regular expression; anywhere else it divides. */
const beforeRegex = new Set(["like", "=~", "(", ",", "parse"]);

/** Throws MalformedQueryException. */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  let position = 0;
  for (;;) {
    space.lastIndex = position;
    position += space.exec(query)?.[0].length ?? 0;
    if (position >= query.length) break;
    const token = readRegex(query, position, tokens) ?? readWord(query, position);
    tokens.push(token);
    position = token.end;
  }
  return tokens;
}

function readRegex(query: string, start: number, before: readonly Token[]): Token | undefined {
  if (query[start] !== "/") return undefined;
  const [previous, earlier] = [before.at(-1)?.text.toLowerCase() ?? "", before.at(-2)?.text];
  if (!beforeRegex.has(previous) && earlier?.toLowerCase() !== "parse") return undefined;
  regex.lastIndex = start;
  const match = regex.exec(query);
  if (!match) throw malformedQuery("unterminated regular expression", start);
  return { kind: "regex", text: match[1]!, start, end: regex.lastIndex };
}

function readWord(query: string, start: number): Token {
  pattern.lastIndex = start;
  const groups = pattern.exec(query)?.groups;
  if (!groups) throw malformedQuery(`unexpected symbol ${query[start]}`, start);
  const end = pattern.lastIndex;
  const { duration, number, name, quotedName, double, single, symbol } = groups;
  const text = double ?? single;
  if (text !== undefined)
    return { kind: "text", text: text.replace(/\\(["'\\])/g, "$1"), start, end };
  if (duration !== undefined) return { kind: "duration", text: duration, start, end };
  if (number !== undefined) return { kind: "number", text: number, start, end };
  if (symbol !== undefined) return { kind: "symbol", text: symbol, start, end };
  return { kind: "name", text: name ?? quotedName!, start, end };
}
