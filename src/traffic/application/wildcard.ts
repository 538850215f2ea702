/** Patterns of rule conditions: * is any run of characters, ? any one, \ takes the next literally. */

export type Pattern = (text: string) => boolean;

export function compileWildcard(pattern: string, options: { ignoreCase: boolean }): Pattern {
  const { ignoreCase } = options;
  if (!/[*?\\]/.test(pattern)) {
    if (!ignoreCase) return (text) => text === pattern;
    const lower = pattern.toLowerCase();
    return (text) => text.length === lower.length && text.toLowerCase() === lower;
  }
  const tokens = tokensOf(ignoreCase ? pattern.toLowerCase() : pattern);
  return (text) => matches(tokens, ignoreCase ? text.toLowerCase() : text);
}

const anyRun = Symbol("*");
const anyOne = Symbol("?");
type Token = string | typeof anyRun | typeof anyOne;

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === "\\" && at + 1 < pattern.length) tokens.push(pattern[++at]!);
    else if (character === "*") tokens.push(anyRun);
    else if (character === "?") tokens.push(anyOne);
    else tokens.push(character);
  }
  return tokens;
}

/** Linear with one place to go back to: a hostile text costs its length times the pattern's, no more. */
function matches(tokens: readonly Token[], text: string): boolean {
  let at = 0;
  let token = 0;
  let runToken = -1;
  let runAt = 0;
  while (at < text.length) {
    const wanted = tokens[token];
    if (wanted === anyRun) {
      runToken = token++;
      runAt = at;
    } else if (wanted === anyOne || wanted === text[at]) {
      token++;
      at++;
    } else if (runToken >= 0) {
      token = runToken + 1;
      at = ++runAt;
    } else return false;
  }
  while (tokens[token] === anyRun) token++;
  return token === tokens.length;
}
