/** { $.status = 404 && ($.user.name = "a*" || $.list[0] IS TRUE) }: patterns over events that are JSON. */
import { invalidParameter } from "../errors.ts";
import type { Pattern } from "./match.ts";
import { parseValueTest, type Operator } from "./value-test.ts";

type Condition = (document: unknown) => boolean;

const token =
  /\s*(?:(&&|\|\||!=|>=|<=|[()=<>])|"((?:[^"\\]|\\.)*)"|(%(?:[^%\\]|\\.)+%)|(\$(?:\.?\[(?:\d+|\*|'[^']*'|"[^"]*")\]|\.[^\s.[\]()=!<>&|"]+)+)|([^\s()=!<>&|"%{}]+))/y;

interface Token {
  kind: "symbol" | "quoted" | "regex" | "selector" | "word" | "end";
  text: string;
}

export function parseJsonPattern(text: string): Pattern {
  if (!text.endsWith("}")) throw invalidParameter("Invalid filter pattern");
  const tokens = tokenize(text.slice(1, -1).trim());
  const reader = new Reader(tokens);
  const condition = reader.parseOr();
  reader.expectEnd();
  const selectors = tokens.flatMap(({ kind, text: name }) => (kind === "selector" ? [name] : []));
  return (message) => {
    const document = parseDocument(message);
    if (document === undefined || !condition(document)) return undefined;
    const valueOf = (selector: string): string | undefined => {
      const [value] = selector.startsWith("$") ? select(document, parsePath(selector)) : [];
      return value === undefined ? undefined : textOf(value);
    };
    const named: Record<string, string> = {};
    for (const selector of selectors) {
      const value = valueOf(selector);
      if (value !== undefined) named[selector] = value;
    }
    return { named, valueOf };
  };
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (!match) throw invalidParameter("Invalid filter pattern");
    const [, symbol, quoted, regex, selector, word] = match;
    if (symbol !== undefined) tokens.push({ kind: "symbol", text: symbol });
    else if (quoted !== undefined)
      tokens.push({ kind: "quoted", text: quoted.replace(/\\(.)/g, "$1") });
    else if (regex !== undefined) tokens.push({ kind: "regex", text: regex });
    else if (selector !== undefined) tokens.push({ kind: "selector", text: selector });
    else tokens.push({ kind: "word", text: word! });
  }
  return tokens;
}

const end: Token = { kind: "end", text: "" };

class Reader {
  readonly #tokens: readonly Token[];
  #position = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  expectEnd(): void {
    if (this.#position < this.#tokens.length) throw invalidParameter("Invalid filter pattern");
  }

  parseOr(): Condition {
    const parts = [this.#parseAnd()];
    while (this.#take("symbol", "||")) parts.push(this.#parseAnd());
    return (document) => parts.some((part) => part(document));
  }

  #parseAnd(): Condition {
    const parts = [this.#parseOne()];
    while (this.#take("symbol", "&&")) parts.push(this.#parseOne());
    return (document) => parts.every((part) => part(document));
  }

  #parseOne(): Condition {
    if (this.#take("symbol", "(")) {
      const condition = this.parseOr();
      if (!this.#take("symbol", ")")) throw invalidParameter("Invalid filter pattern");
      return condition;
    }
    const selector = this.#next();
    if (selector.kind !== "selector") throw invalidParameter("Invalid filter pattern");
    const path = parsePath(selector.text);
    if (this.#take("word", "NOT")) {
      if (!this.#take("word", "EXISTS")) throw invalidParameter("Invalid filter pattern");
      return (document) => select(document, path).length === 0;
    }
    if (this.#take("word", "EXISTS")) return (document) => select(document, path).length > 0;
    if (this.#take("word", "IS")) return this.#parseIs(path);
    const operator = this.#next();
    if (operator.kind !== "symbol" || !operators.has(operator.text))
      throw invalidParameter("Invalid filter pattern");
    const value = this.#next();
    if (!["quoted", "regex", "word"].includes(value.kind))
      throw invalidParameter("Invalid filter pattern");
    const test = parseValueTest(operator.text as Operator, value.text, value.kind === "quoted");
    // What is not there, and what has parts of its own, is neither equal nor unequal.
    return (document) => select(document, path).some((found) => isScalar(found) && test(found));
  }

  #parseIs(path: readonly string[]): Condition {
    const { text } = this.#next();
    const wanted = { NULL: null, TRUE: true, FALSE: false }[text.toUpperCase()];
    if (wanted === undefined) throw invalidParameter("Invalid filter pattern");
    return (document) => select(document, path).some((found) => found === wanted);
  }

  #take(kind: Token["kind"], text: string): boolean {
    const { kind: present, text: word } = this.#tokens[this.#position] ?? end;
    if (present !== kind || word.toUpperCase() !== text) return false;
    this.#position++;
    return true;
  }

  #next(): Token {
    return this.#tokens[this.#position++] ?? end;
  }
}

const operators = new Set(["=", "!=", "<", "<=", ">", ">="]);

/** "$.a['b.c'][0].*" as ["a", "b.c", "0", "*"]. */
function parsePath(selector: string): string[] {
  const parts = selector.slice(1).matchAll(/\[(?:'([^']*)'|"([^"]*)"|([^\]]+))\]|\.([^.[]+)/g);
  return [...parts].map(([, single, double, index, name]) => single ?? double ?? index ?? name!);
}

/** Everything that a path leads to: more than one where it has wildcards. */
function select(document: unknown, path: readonly string[]): unknown[] {
  let found = [document];
  for (const part of path)
    found = found.flatMap((one) => {
      if (typeof one !== "object" || one === null) return [];
      if (part === "*") return Object.values(one);
      return Object.hasOwn(one, part) ? [(one as Record<string, unknown>)[part]] : [];
    });
  return found;
}

function parseDocument(message: string): unknown {
  if (!message.trimStart().startsWith("{")) return undefined;
  try {
    return JSON.parse(message) as unknown;
  } catch {
    return undefined;
  }
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
