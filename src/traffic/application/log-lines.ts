/** Lines of a log by the node that wrote them, until they are fetched. */

/** So many lines are kept; what comes beyond is lost. */
const mostLines = 200_000;

export class LogLines {
  #lines = new Map<string, string[]>();
  #count = 0;

  add(zone: string, line: string): void {
    if (this.#count >= mostLines) return;
    this.#count++;
    const present = this.#lines.get(zone);
    if (present) present.push(line);
    else this.#lines.set(zone, [line]);
  }

  take(): { zone: string; lines: string[] }[] {
    const taken = [...this.#lines].map(([zone, lines]) => ({ zone, lines }));
    this.#lines = new Map();
    this.#count = 0;
    return taken;
  }
}
