/**
 * Filter patterns: what they say is in terms-pattern.ts, json-pattern.ts and fields-pattern.ts.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
import { parseFieldsPattern } from "./fields-pattern.ts";
import { parseJsonPattern } from "./json-pattern.ts";
import type { Pattern } from "./match.ts";
import { parseTermsPattern } from "./terms-pattern.ts";

/** Throws InvalidParameterException. */
export function parsePattern(text: string): Pattern {
  const trimmed = text.trim();
  if (trimmed.startsWith("{")) return parseJsonPattern(trimmed);
  if (trimmed.startsWith("[")) return parseFieldsPattern(trimmed);
  return parseTermsPattern(trimmed);
}
