/**
 * Regular expressions of rules, matched in time that grows with the text and no faster: a backtracking engine could be
 * kept busy for ever by one request, and with it all load balancers of the thread.
 */
import { RE2JS } from "re2js";

export interface Regex {
  test(text: string): boolean;
  /** With its first match replaced; `replacement` names groups as $1. */
  replace(text: string, replacement: string): string;
}

/**
 * Steps that a pattern may compile to, which each character of a text can cost. AWS names no such bound; what 128
 * characters say without counted repetitions stays below it.
 */
const mostSteps = 1000;

/**
 * Undefined for what rules cannot have: "lookaheads, lookbehinds, backreferences, atomic groups, possessive quantifiers,
 * subroutines, recursion, and Unicode character classes".
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-rules.html
 */
export function compileRegex(source: string, options: { ignoreCase: boolean }): Regex | undefined {
  const flags = RE2JS.DISABLE_UNICODE_GROUPS | (options.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
  let pattern: RE2JS;
  try {
    pattern = RE2JS.compile(source, flags);
  } catch {
    return undefined;
  }
  if (pattern.programSize() > mostSteps) return undefined;
  return {
    test: (text) => pattern.test(text),
    replace: (text, replacement) => pattern.matcher(text).replaceFirst(replacement),
  };
}
