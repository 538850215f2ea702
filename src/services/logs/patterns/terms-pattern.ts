/** Terms must all be there, ?terms at least one of them, -terms none; quotes hold a phrase together. */
import { invalidParameter } from "../errors.ts";
import type { Match, Pattern } from "./match.ts";
import { parseRegex } from "./value-test.ts";

const nothingNamed: Match = { named: {}, valueOf: () => undefined };

export function parseTermsPattern(text: string): Pattern {
  const finds = parseTerms(text);
  return (message) => (finds(message) ? nothingNamed : undefined);
}

function parseTerms(text: string): (message: string) => boolean {
  if (text === "") return () => true;
  if (text.startsWith("%")) {
    const expression = parseRegex(text);
    return (message) => expression.test(message);
  }
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
