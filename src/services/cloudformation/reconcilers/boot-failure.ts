/** What an instance's console says about user data that ended with an error. */

/** As cloud-init reports it, and the machines of this cloud do. */
const failed = /\[WARNING\]: Failed to run module \S+ \((.+) exited with (\d+)\)/;
/** What says nothing about the cause: stages and warnings of cloud-init, and what a traced shell is about to run. */
const silent = /^\s*$|^\+ |^Cloud-init v\.|\[WARNING\]/;
const mostCharacters = 400;

/** Which part ended how, and the last that was printed before; undefined where nothing failed. */
export function bootFailure(console: string): string | undefined {
  const found = failed.exec(console);
  if (!found) return undefined;
  const lines = console.slice(0, found.index).split(/\r?\n/);
  lines.pop();
  const [, part, code] = found;
  const last = lines
    .filter((line) => !silent.test(line))
    .slice(-2)
    .map((line) => line.trim());
  const told = last.length > 0 ? `: ${last.join(" | ").slice(-mostCharacters)}` : "";
  return `${part} exited with ${code}${told}`;
}
