/** AWS publishes patterns in Java's syntax; most of it is JavaScript's as well. */

/** POSIX classes, which JavaScript lacks. */
const posix: Readonly<Record<string, string>> = {
  Print: String.raw`\x20-\x7E`,
  Graph: String.raw`\x21-\x7E`,
  ASCII: String.raw`\x00-\x7F`,
  Alnum: "A-Za-z0-9",
  Alpha: "A-Za-z",
  Digit: "0-9",
  Lower: "a-z",
  Upper: "A-Z",
  Space: String.raw`\s`,
};

/** Undefined for the few patterns that JavaScript cannot say: they are not checked. */
export function compilePattern(pattern: string): RegExp | undefined {
  const source = pattern
    .replaceAll(/(\[?)\\p\{(\w+)\}(\]?)/g, (whole, open: string, name: string, close: string) => {
      const characters = posix[name];
      if (characters === undefined) return whole;
      return open || close ? `${open}${characters}${close}` : `[${characters}]`;
    })
    // Java's possessive quantifiers only forbid backtracking.
    .replaceAll(/([*+?}])\+/g, "$1");
  const anyCase = source.startsWith("(?i)");
  const body = anyCase ? source.slice(4) : source;
  for (const unicode of ["u", ""]) {
    if (unicode === "" && /\\[pP]\{/.test(body)) return undefined;
    try {
      return new RegExp(`^(?:${body})$`, anyCase ? `${unicode}i` : unicode);
    } catch {
      // Without "u" JavaScript takes escapes of characters that need none.
    }
  }
  return undefined;
}
