/**
 * Small forms that came lately. Clients that poll, or ask who they are, send the same bytes again and again: what
 * follows from the bytes alone is found out once.
 */
import { hash } from "node:crypto";
import { parseForm, type FormNode } from "./tree.ts";

/** Longer forms seldom come twice. */
const mostBytes = 192;
const places = 256;

export class RecentForm {
  readonly #bytes: Buffer;
  #payloadHash: string | undefined;
  #tree: FormNode | undefined;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** SHA-256 in hexadecimal digits, as a signature covers it. */
  get payloadHash(): string {
    return (this.#payloadHash ??= hash("sha256", this.#bytes, "hex"));
  }

  get tree(): FormNode {
    return (this.#tree ??= parseForm(this.#bytes.toString("utf8")));
  }

  /** Compared byte by byte: a call into Node costs more than so few of them. */
  holds(bytes: Buffer): boolean {
    const own = this.#bytes;
    if (own.length !== bytes.length) return false;
    for (let at = own.length - 1; at >= 0; at--) if (own[at] !== bytes[at]) return false;
    return true;
  }
}

const recent: (RecentForm | undefined)[] = Array.from({ length: places }, () => undefined);

/** A form of these bytes, known from an earlier request where it is. One that takes another's place costs little more. */
export function formOf(bytes: Buffer): RecentForm {
  if (bytes.length > mostBytes) return new RecentForm(bytes);
  const place = placeOf(bytes);
  const kept = recent[place];
  if (kept?.holds(bytes)) return kept;
  const form = new RecentForm(Buffer.from(bytes));
  recent[place] = form;
  return form;
}

function placeOf(bytes: Buffer): number {
  let sum = bytes.length;
  for (let at = bytes.length - 1; at >= 0; at -= 5) sum = (sum * 31 + bytes[at]!) & 0xff_ffff;
  return sum & (places - 1);
}
