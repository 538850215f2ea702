/**
 * How SEARCH compares words with names: by the parts that capitals, digits and signs separate.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/search-expression-syntax.html#search-expression-syntax-tokenization
 */

/** A capital run before a capitalised word, a word, a number. Letters beyond ASCII count as lower case. */
const partPattern = /[A-Z]+(?![a-z\u0080-\uffff])|[A-Z]?[a-z\u0080-\uffff]+|\d+/g;

/** "CustomCount1": Custom, Count, 1. */
function partsOf(text: string): string[] {
  return text.match(partPattern) ?? [];
}

function stripped(text: string): string {
  return text.replace(/[^A-Za-z\d\u0080-\uffff]/g, "").toLowerCase();
}

/** Whether an unquoted word matches a name: one token of it, or several that follow each other. */
export function partialMatcher(word: string): (text: string) => boolean {
  const whole = stripped(word);
  if (whole === "") return () => false;
  // Between signs a word may be written in any case; parts that only capitals or digits set apart may not.
  const wanted = word
    .split(/[^A-Za-z\d\u0080-\uffff]+/)
    .filter((chunk) => chunk !== "")
    .flatMap((chunk) => {
      const parts = partsOf(chunk);
      return parts.map((part) => ({ part, exact: parts.length > 1 }));
    });
  return (text) => {
    if (stripped(text) === whole) return true;
    const parts = partsOf(text);
    for (let start = 0; start + wanted.length <= parts.length; start++) {
      const fits = wanted.every(({ part, exact }, index) => {
        const found = parts[start + index]!;
        return exact ? found === part : found.toLowerCase() === part.toLowerCase();
      });
      if (fits) return true;
    }
    return false;
  };
}
