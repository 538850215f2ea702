/** Regular expressions as queries write them. */
import { malformedQuery } from "../errors.ts";

/** Flags may stand in front, as in /(?i)error/. Throws MalformedQueryException. */
export function compilePattern(source: string, position: number): RegExp {
  const [flags = "", letters = ""] = /^\(\?([ims]+)\)/.exec(source) ?? [];
  try {
    return new RegExp(source.slice(flags.length), letters);
  } catch {
    throw malformedQuery(`invalid regular expression /${source}/`, position);
  }
}

/** "[*] user=*": each star is a group, the last one takes the rest. */
export function compileGlob(glob: string): { pattern: RegExp; groups: number } {
  const parts = glob.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  const source = parts
    .map((part, index) => {
      if (index === 0) return part;
      return (index === parts.length - 1 && part === "" ? "(.*)" : "(.*?)") + part;
    })
    .join("");
  return { pattern: new RegExp(source, "s"), groups: parts.length - 1 };
}
