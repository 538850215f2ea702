/**
 * The field lines that a connection was sent last. Replies say most things in the same words and the same place; a
 * line that is the same is not made again.
 */

/** A field line with its CRLF, and what it is made of. */
interface FieldLine {
  readonly line: string;
  readonly name: string;
  readonly value: string;
}

const mostLines = 32;
const longestLine = 512;
/** A line that was another one so often changes with every request, as a signature does. */
const mostChanges = 4;

export class RecentLines {
  readonly #lines: (FieldLine | undefined)[] = [];
  readonly #changes: number[] = [];

  /** The line that stood behind so many names and values. */
  at(position: number): FieldLine | undefined {
    return this.#lines[position >> 1];
  }

  note(position: number, line: string, name: string, value: string): void {
    const index = position >> 1;
    if (index >= mostLines) return;
    const changes = (this.#changes[index] ?? 0) + 1;
    if (changes > mostChanges) this.#lines[index] = undefined;
    else {
      this.#changes[index] = changes;
      this.#lines[index] =
        line.length > longestLine
          ? undefined
          : { line: copy(line), name: copy(name), value: copy(value) };
    }
  }
}

/** A slice would keep the whole head that it was cut from in memory. */
function copy(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}
