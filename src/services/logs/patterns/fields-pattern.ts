/** [ip, user, status = 4*, bytes > 1000, ...]: patterns over events that are fields between spaces. */
import { invalidParameter } from "../errors.ts";
import type { Pattern } from "./match.ts";
import { parseValueTest, type Operator, type ValueTest } from "./value-test.ts";

interface Field {
  /** "$status", or "$3" for one without a name. */
  name: string;
  test: ValueTest;
}

const anything: ValueTest = () => true;

export function parseFieldsPattern(text: string): Pattern {
  if (!text.endsWith("]")) throw invalidParameter("Invalid filter pattern");
  const parts = splitOutsideQuotes(text.slice(1, -1), ",").map((part) => part.trim());
  const gap = parts.indexOf("...");
  if (gap >= 0 && parts.includes("...", gap + 1)) throw invalidParameter("Invalid filter pattern");
  const before = (gap < 0 ? parts : parts.slice(0, gap)).map((part, index) =>
    parseField(part, index + 1),
  );
  const after = gap < 0 ? [] : parts.slice(gap + 1);
  const behind = after.map((part, index) => parseField(part, gap + index + 1));
  return (message) => {
    const values = fieldsOf(message);
    const least = before.length + behind.length;
    if (gap < 0 ? values.length !== least : values.length < least) return undefined;
    const named: Record<string, string> = {};
    const pairs = [
      ...before.map((field, index) => [field, values[index]!] as const),
      ...behind.map(
        (field, index) => [field, values[values.length - behind.length + index]!] as const,
      ),
    ];
    for (const [{ name, test }, value] of pairs) {
      if (!test(value)) return undefined;
      named[name] = value;
    }
    return { named, valueOf: (selector) => named[selector] };
  };
}

const condition = /^\s*([\w-]*)\s*(=|!=|>=|<=|<|>)\s*(?:"((?:[^"\\]|\\.)*)"|(\S+?))\s*$/;

function parseField(text: string, position: number): Field {
  if (/^[\w-]*$/.test(text)) return { name: `$${text === "" ? position : text}`, test: anything };
  let name = "";
  const choices = splitOutsideQuotes(text, "||").map((choice) =>
    splitOutsideQuotes(choice, "&&").map((one) => {
      const [, field = "", operator, quoted, bare] = condition.exec(one) ?? [];
      if (operator === undefined) throw invalidParameter("Invalid filter pattern");
      if (field !== "") name = field;
      return parseValueTest(operator as Operator, quoted ?? bare!, quoted !== undefined);
    }),
  );
  return {
    name: `$${name === "" ? position : name}`,
    test: (value) => choices.some((tests) => tests.every((test) => test(value))),
  };
}

function splitOutsideQuotes(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '"') quoted = !quoted;
    if (quoted || !text.startsWith(separator, index)) continue;
    parts.push(text.slice(start, index));
    start = index + separator.length;
    index = start - 1;
  }
  return [...parts, text.slice(start)];
}

/** Quotes and brackets hold what has spaces together. */
function fieldsOf(message: string): string[] {
  return [...message.matchAll(/"((?:[^"\\]|\\.)*)"|\[([^\]]*)\]|(\S+)/g)].map(
    ([, quoted, bracketed, bare]) => quoted ?? bracketed ?? bare!,
  );
}
