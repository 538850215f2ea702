/** Fields of record values: numbers, names, hexadecimal digits and quoted strings. */
import { ValueProblem } from "./problem.ts";

const counts = ["no", "one", "two", "three", "four", "five", "six", "seven"];

/** Splits at white space outside quotation marks. */
export function splitFields(type: string, value: string, count: number): string[] {
  const fields = value.trim().match(/"(?:[^"\\]|\\.)*"|[^\s"]+/gs) ?? [];
  if (fields.length !== count)
    throw new ValueProblem(
      `${type}RRDATANot${title(count)}Fields`,
      `Value should contain ${counts[count] ?? count} fields`,
      value,
    );
  return fields;
}

function title(count: number): string {
  const word = counts[count] ?? String(count);
  return word.charAt(0).toUpperCase() + word.slice(1);
}

export function numberField(type: string, field: string, most: number): number {
  const value = /^\d{1,10}$/.test(field) ? Number(field) : Number.NaN;
  if (!(value <= most))
    throw new ValueProblem(
      `${type}RRDATAIllegalNumber`,
      `Value should be a number from 0 to ${most}`,
      field,
    );
  return value;
}

export function hexField(type: string, field: string): Buffer {
  if (!/^([0-9a-fA-F]{2})+$/.test(field))
    throw new ValueProblem(
      `${type}RRDATAIllegalHexadecimal`,
      "Value should be hexadecimal digits",
      field,
    );
  return Buffer.from(field, "hex");
}

/**
 * The bytes of `"a" "b"`: strings in quotation marks of at most 255 bytes, in which \" and \\ stand for
 * themselves and \NNN for a byte in octal.
 */
export function characterStrings(value: string): Buffer[] {
  const strings: Buffer[] = [];
  const text = value.trim();
  const pattern = /\s*"((?:[^"\\]|\\[\s\S])*)"/y;
  while (pattern.lastIndex < text.length) {
    const at = pattern.lastIndex;
    const found = pattern.exec(text);
    if (!found)
      throw new ValueProblem(
        "InvalidCharacterString",
        "Value should be enclosed in quotation marks",
        text.slice(at),
      );
    const bytes = unescape(found[1]!);
    if (bytes.length > 255)
      throw new ValueProblem("CharacterStringTooLong", "Value is too long", found[0].trim());
    strings.push(bytes);
  }
  if (strings.length === 0)
    throw new ValueProblem(
      "InvalidCharacterString",
      "Value should be enclosed in quotation marks",
      value,
    );
  return strings;
}

function unescape(text: string): Buffer {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== "\\") {
      bytes.push(...Buffer.from(text[at]!, "utf8"));
      continue;
    }
    const octal = /^[0-3][0-7]{2}/.exec(text.slice(at + 1))?.[0];
    if (octal) {
      bytes.push(Number.parseInt(octal, 8));
      at += 3;
    } else bytes.push(...Buffer.from(text[++at]!, "utf8"));
  }
  return Buffer.from(bytes);
}
