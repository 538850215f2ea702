/**
 * Filter patterns over unstructured events: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 * Terms must all be there, ?terms at least one of them, -terms none; quotes hold a phrase together.
 */
import { invalidParameter, notSupported } from "./errors.ts";

export type Filter = (message: string) => boolean;

export function parseFilterPattern(pattern: string): Filter {
  const text = pattern.trim();
  if (text === "") return () => true;
  if (text.startsWith("{")) throw notSupported("filter patterns over JSON");
  if (text.startsWith("[")) throw notSupported("filter patterns over fields");
  if (text.startsWith("%")) return regular(text);
  const required: string[] = [];
  const optional: string[] = [];
  const excluded: string[] = [];
  const term = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/y;
  while (term.lastIndex < text.length) {
    const match = term.exec(text);
    if (!match) throw invalidParameter("Invalid filter pattern");
    const [, mark, quoted, bare] = match;
    const word = quoted === undefined ? (bare ?? "") : quoted.replace(/\\(.)/g, "$1");
    if (quoted === undefined && !/^[\w.*-]+$/.test(word))
      throw invalidParameter(`Invalid character(s) in term '${word}'`);
    (mark === "?" ? optional : mark === "-" ? excluded : required).push(word);
  }
  return (message) =>
    required.every((word) => message.includes(word)) &&
    !excluded.some((word) => message.includes(word)) &&
    // Next to required terms optional ones say nothing.
    (required.length > 0 ||
      optional.length === 0 ||
      optional.some((word) => message.includes(word)));
}

/** %expression% */
function regular(text: string): Filter {
  if (!text.endsWith("%") || text.length < 3) throw invalidParameter("Invalid regular expression");
  let expression: RegExp;
  try {
    expression = new RegExp(text.slice(1, -1));
  } catch {
    throw invalidParameter("Invalid regular expression");
  }
  return (message) => expression.test(message);
}
