/**
 * The head that the messages of a connection mostly have. A client says nearly everything with every request
 * in the same words and the same order: what is the same, byte for byte, was read before and is not read again.
 */
import type { HeadLimits } from "./head.ts";
import { concernsFraming, FramingFields, isValueByte, noteFraming } from "./syntax.ts";

/** A field line of the head that is kept. */
interface KnownField {
  readonly name: string;
  readonly lowerName: string;
  /** Offset of its line in the head. */
  readonly at: number;
  /** Offset of the value in its line. */
  readonly valueAt: number;
  /** So many of the line's first characters were always the same: all of them, or up to the value at least. */
  same: number;
  /** False when only its first characters are always the same. */
  settled: boolean;
}

/** What stands between two values that change. */
interface Part {
  readonly same: string;
  /** The field whose value goes on behind it; -1 at the end of the head. */
  readonly field: number;
  /** So many of its last characters are the value's first. */
  readonly ahead: number;
}

/** What was read in a head. */
export interface ReadHead<Line> {
  readonly line: Line;
  /** Names and values in turn. */
  readonly rawHeaders: string[];
  /** The names in lower case, where they are at hand and each comes once. */
  readonly lowerNames: readonly string[] | undefined;
  readonly framing: FramingFields;
  /** The offset behind the head. */
  readonly end: number;
}

const space = 32;
const tab = 9;
/** Longer heads are not kept. */
const mostBytes = 4096;
/** A connection whose heads so often were of another make has none that is worth keeping. */
const mostMisses = 16;

/** `Line` is what a start line says. */
export class KnownHead<Line> {
  readonly #readLine: (text: string) => Line;
  /** The start line and the field lines, each with its CRLF. */
  #text = "";
  #line: Line | undefined;
  #lineText = "";
  #fields: KnownField[] = [];
  #parts: Part[] = [];
  #rawHeaders: readonly string[] = [];
  #lowerNames: readonly string[] = [];
  /** Those of them that may concern framing. */
  #framing: readonly number[] = [];
  #heads = 0;
  #misses = 0;

  /** `readLine` reads a start line without its CRLF. */
  constructor(readLine: (text: string) => Line) {
    this.#readLine = readLine;
  }

  /**
   * Reads a head that begins at `start` and says what the one that is kept says, with other values. Undefined for
   * any other, be it that it is incomplete or malformed. Throws what `readLine` throws.
   */
  read(bytes: Buffer, start: number, limits: HeadLimits): ReadHead<Line> | undefined {
    if (this.#line === undefined) return undefined;
    const text = bytes.toString("latin1", start, Math.min(bytes.length, start + mostBytes));
    // Strings of one length are compared many characters at a time.
    let at = this.#lineText.length;
    const sameLine = text.slice(0, at) === this.#lineText;
    if (!sameLine) at = text.indexOf("\r\n") + 2;
    const lineEnd = at - 2;
    if (lineEnd < 0 || lineEnd > limits.requestLineBytes) return undefined;
    const rawHeaders = this.#rawHeaders.slice();
    for (const { same, field, ahead } of this.#parts) {
      const next = at + same.length;
      if (text.slice(at, next) !== same) return undefined;
      at = next;
      if (field < 0) break;
      while (isValueByte(text.charCodeAt(at))) at++;
      let [valueAt, valueEnd] = [next - ahead, at];
      if (ahead === 0) while (isBlank(text.charCodeAt(valueAt))) valueAt++;
      while (isBlank(text.charCodeAt(valueEnd - 1))) valueEnd--;
      rawHeaders[2 * field + 1] = text.slice(valueAt, valueEnd);
    }
    if (at > limits.headBytes) return undefined;
    const framing = new FramingFields();
    for (const field of this.#framing)
      noteFraming(this.#lowerNames[field]!, rawHeaders[2 * field + 1]!, framing);
    const line = sameLine ? this.#line : this.#readLine(text.slice(0, lineEnd));
    return { line, rawHeaders, lowerNames: this.#lowerNames, framing, end: start + at };
  }

  /**
   * Keeps a head that `read` did not know, without the empty line at its end. A connection's first is not kept: it
   * may be the only one.
   */
  learn(text: string, { line, rawHeaders }: ReadHead<Line>): void {
    if (this.#heads++ === 0 || this.#misses > mostMisses) return;
    const fields = text.length <= mostBytes ? linesOf(text, rawHeaders) : undefined;
    if (fields && this.#line !== undefined && this.#isOfSameMake(fields, text)) {
      for (const [index, field] of this.#fields.entries())
        this.#narrow(field, text, fields[index]!.at);
    } else {
      // One of another make takes its place.
      this.#misses++;
      this.#line = fields && this.#misses <= mostMisses ? line : undefined;
      this.#fields = fields ?? [];
      this.#text = copy(text);
      this.#lineText = this.#text.slice(0, fields?.[0]?.at);
      this.#rawHeaders = rawHeaders.map(copy);
      this.#lowerNames = this.#fields.map(({ lowerName }) => lowerName);
      this.#framing = [...this.#fields.keys()].filter((at) =>
        concernsFraming(this.#fields[at]!.name),
      );
    }
    this.#parts = this.#partsOf();
  }

  /** Whether the same names come in the same order, spelled and spaced alike. */
  #isOfSameMake(fields: readonly KnownField[], text: string): boolean {
    return (
      fields.length === this.#fields.length &&
      fields.every(({ at, valueAt }, index) => {
        const kept = this.#fields[index]!;
        if (valueAt !== kept.valueAt) return false;
        return text.startsWith(this.#text.slice(kept.at, kept.at + valueAt), at);
      })
    );
  }

  /** Keeps of a field's line only what the line at `at` begins with too. */
  #narrow(field: KnownField, text: string, at: number): void {
    let same = 0;
    while (same < field.same && text[at + same] === this.#text[field.at + same]) same++;
    if (same === field.same) return;
    field.same = same;
    field.settled = false;
  }

  #partsOf(): Part[] {
    const parts: Part[] = [];
    let from = this.#lineText.length;
    for (const [field, { at, same, settled, valueAt }] of this.#fields.entries()) {
      if (settled) continue;
      parts.push({ same: this.#text.slice(from, at + same), field, ahead: same - valueAt });
      from = (this.#fields[field + 1]?.at ?? this.#text.length) - 2;
    }
    parts.push({ same: `${this.#text.slice(from)}\r\n`, field: -1, ahead: 0 });
    return parts.map((part) => ({ ...part, same: copy(part.same) }));
  }
}

/** Undefined where a name comes twice: their values are joined. */
function linesOf(text: string, rawHeaders: readonly string[]): KnownField[] | undefined {
  const fields: KnownField[] = [];
  const names = new Set<string>();
  let at = text.indexOf("\n") + 1;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = copy(rawHeaders[index]!);
    const lowerName = name.toLowerCase();
    if (names.has(lowerName)) return undefined;
    names.add(lowerName);
    const next = text.indexOf("\n", at) + 1;
    let valueAt = at + name.length + 1;
    while (isBlank(text.charCodeAt(valueAt))) valueAt++;
    fields.push({
      name,
      lowerName,
      at,
      valueAt: valueAt - at,
      same: next - at,
      settled: true,
    });
    at = next;
  }
  return fields;
}

function isBlank(code: number): boolean {
  return code === space || code === tab;
}

/** A slice would keep the whole head that it was cut from in memory. */
function copy(text: string): string {
  return Buffer.from(text, "latin1").toString("latin1");
}
