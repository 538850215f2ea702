/** Puts messages on the wire: a small one with a single write, a stream with back-pressure. */
import type { Writable } from "node:stream";
import { WholeBody, type ByteStream, type HttpReply } from "./http.ts";
import { RecentLines } from "./recent-lines.ts";
import { hasOption, isToken } from "./syntax.ts";

/** Bodies up to this size are copied next to their head, so that one write carries both. */
export const copiedBytes = 32 * 1024;

// What must not stand in a field value; characters beyond one byte would be cut to others.
const forbidden = /[^\t\x20-\x7e\x80-\xff]/;

const mostNames = 50;

/** Header lines under construction, and what they say about framing. */
export class FieldWriter {
  text = "";
  /** -1 when no Content-Length was given. */
  contentLength = -1;
  hasDate = false;
  closes = false;
  hasConnection = false;
  /** Names that were found to be tokens before: a connection's replies have mostly the same. */
  readonly #sent = new Set<string>();
  readonly #recent = new RecentLines();
  #position = 0;

  reset(startLine: string): void {
    this.text = startLine;
    this.#position = 0;
    this.contentLength = -1;
    this.hasDate = false;
    this.closes = false;
    this.hasConnection = false;
  }

  /** Throws TypeError for what cannot be sent; Transfer-Encoding is left out, it is not the caller's. */
  add(name: string, value: string | number): void {
    const text = typeof value === "string" ? value : String(value);
    const position = this.#position;
    this.#position += 2;
    const again = this.#recent.at(position);
    if (again !== undefined && again.name === name && again.value === text) {
      this.text += again.line;
      return;
    }
    if (!(this.#sent.has(name) || this.#isName(name)) || forbidden.test(text))
      throw new TypeError(`the header field ${JSON.stringify(name)} cannot be sent`);
    const { length } = name;
    let framing = false;
    if (length === 4 || length === 10 || length === 14 || length === 17) {
      const lower = name.toLowerCase();
      if (lower === "transfer-encoding") return;
      if (lower === "date") this.hasDate = framing = true;
      else if (lower === "connection") {
        framing = true;
        this.hasConnection = true;
        if (hasOption(text, "close")) this.closes = true;
      } else if (lower === "content-length") {
        const given = /^\d{1,15}$/.test(text) ? Number(text) : -1;
        if (given < 0) throw new TypeError(`Content-Length cannot be ${JSON.stringify(text)}`);
        this.contentLength = given;
        return;
      }
    }
    const line = `${name}: ${text}\r\n`;
    this.text += line;
    // What is noted above is looked at every time.
    if (!framing) this.#recent.note(position, line, name, text);
  }

  #isName(name: string): boolean {
    if (!isToken(name)) return false;
    if (this.#sent.size < mostNames) this.#sent.add(name);
    return true;
  }

  addRaw(rawHeaders: readonly string[]): void {
    for (let index = 0; index + 1 < rawHeaders.length; index += 2)
      this.add(rawHeaders[index]!, rawHeaders[index + 1]!);
  }

  addAll(headers: HttpReply["headers"]): void {
    for (const name in headers) {
      const value = headers[name];
      if (value === undefined) continue;
      if (typeof value === "string" || typeof value === "number") this.add(name, value);
      else for (const one of value) this.add(name, one);
    }
  }
}

export type OutgoingBody = string | Uint8Array | ByteStream | undefined;

/** The body if all of it is in memory; a stream that is still to come stays undefined. */
export function knownBody(body: OutgoingBody): { bytes: string | Uint8Array } | undefined {
  if (body === undefined) return { bytes: "" };
  if (typeof body === "string" || body instanceof Uint8Array) return { bytes: body };
  if (body instanceof WholeBody) return { bytes: body.bytes };
  return undefined;
}

export function lengthOf(bytes: string | Uint8Array): number {
  return typeof bytes === "string" ? Buffer.byteLength(bytes) : bytes.length;
}

/** Writes head and body. False when the peer does not keep up. */
export function writeMessage(
  socket: Writable,
  head: string,
  body: string | Uint8Array,
  length: number,
): boolean {
  if (length === 0) return socket.write(head, "latin1");
  if (head === "" && typeof body !== "string") return socket.write(body);
  if (typeof body === "string") {
    // As many bytes as characters: all of it is ASCII, and one string carries the message.
    if (length === body.length) return socket.write(head + body, "latin1");
    const bytes = Buffer.allocUnsafe(head.length + length);
    bytes.write(head, 0, "latin1");
    bytes.write(body, head.length, "utf8");
    return socket.write(bytes);
  }
  if (length <= copiedBytes) {
    const bytes = Buffer.allocUnsafe(head.length + length);
    bytes.write(head, 0, "latin1");
    bytes.set(body, head.length);
    return socket.write(bytes);
  }
  socket.cork();
  socket.write(head, "latin1");
  const keepsUp = socket.write(body);
  socket.uncork();
  return keepsUp;
}

/** Where a stream of pieces goes: resolves `drained` when more can be taken, rejects when it is gone. */
export interface Outlet {
  readonly socket: Writable;
  drained(): Promise<void>;
}

/** Promise callbacks until a piece that a generator has at hand arrives. */
const hopsOfReadyPiece = 5;

/**
 * Sends the pieces of a body behind a head. `length` counts only when framed by it. Throws when there are
 * more or fewer bytes than announced: the message is broken then, and its connection must end.
 */
export async function streamBody(
  outlet: Outlet,
  head: string,
  body: ByteStream,
  length: number,
  framed: "chunked" | "length" | "close",
): Promise<void> {
  const { socket } = outlet;
  let unsent = head;
  let size = 0;
  // A first piece that is at hand goes out with the head; the head waits for no other.
  let hops = hopsOfReadyPiece;
  const sendHead = () => {
    if (unsent === "") return;
    if (hops-- > 0) return queueMicrotask(sendHead);
    if (!socket.destroyed) socket.write(unsent, "latin1");
    unsent = "";
  };
  queueMicrotask(sendHead);
  for await (const piece of body) {
    if (piece.length === 0) continue;
    size += piece.length;
    if (framed === "length" && size > length)
      throw new RangeError(`a body is longer than its Content-Length ${length}`);
    const first = unsent;
    unsent = "";
    const keepsUp =
      framed === "chunked"
        ? writeChunk(socket, first, piece)
        : writeMessage(socket, first, piece, piece.length);
    if (!keepsUp) await outlet.drained();
    else if (socket.destroyed) throw new Error("the connection is gone");
  }
  if (framed === "length" && size !== length)
    throw new RangeError(`a body has ${size} bytes and its Content-Length says ${length}`);
  if (framed === "chunked") socket.write(`${unsent}0\r\n\r\n`, "latin1");
  else if (unsent !== "") socket.write(unsent, "latin1");
  unsent = "";
}

function writeChunk(socket: Writable, before: string, piece: Uint8Array): boolean {
  const start = `${before}${piece.length.toString(16)}\r\n`;
  if (piece.length > copiedBytes) {
    socket.cork();
    socket.write(start, "latin1");
    socket.write(piece);
    const keepsUp = socket.write("\r\n", "latin1");
    socket.uncork();
    return keepsUp;
  }
  const bytes = Buffer.allocUnsafe(start.length + piece.length + 2);
  bytes.write(start, 0, "latin1");
  bytes.set(piece, start.length);
  bytes.write("\r\n", start.length + piece.length, "latin1");
  return socket.write(bytes);
}
