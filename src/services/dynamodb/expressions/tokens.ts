/** Cuts an expression into tokens. */
import { validation } from "../errors.ts";

export interface Token {
  kind: "name" | "placeholder" | "value" | "number" | "symbol" | "end";
  text: string;
}

const pattern =
  /\s+|(#[A-Za-z0-9_]+)|(:[A-Za-z0-9_]+)|([A-Za-z_][A-Za-z0-9_]*)|(\d+)|(<>|<=|>=|[=<>()[\].,+-])/y;

/** `kind` names the expression in errors: "ConditionExpression". */
export function tokenize(text: string, kind: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < text.length) {
    const start = pattern.lastIndex;
    const match = pattern.exec(text);
    if (!match)
      throw syntaxError(kind, text[start] ?? "", text.slice(Math.max(0, start - 5), start + 6));
    const [, placeholder, value, name, number, symbol] = match;
    if (placeholder !== undefined) tokens.push({ kind: "placeholder", text: placeholder });
    else if (value !== undefined) tokens.push({ kind: "value", text: value });
    else if (name !== undefined) tokens.push({ kind: "name", text: name });
    else if (number !== undefined) tokens.push({ kind: "number", text: number });
    else if (symbol !== undefined) tokens.push({ kind: "symbol", text: symbol });
  }
  tokens.push({ kind: "end", text: "<EOF>" });
  return tokens;
}

export function syntaxError(kind: string, token: string, near: string) {
  return validation(`Invalid ${kind}: Syntax error; token: "${token}", near: "${near}"`);
}
