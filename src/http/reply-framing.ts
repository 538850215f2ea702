/** How a reply's body is delimited (RFC 9112, 6.3; RFC 9110, 6.4.1 and 8.6). */
import type { Writable } from "node:stream";
import { lingerBytes } from "./connection-bounds.ts";
import type { ByteStream, HttpReply } from "./http.ts";
import type { RequestHead } from "./head.ts";
import { copiedBytes, knownBody, lengthOf, type FieldWriter } from "./outgoing.ts";

export interface ReplyFraming {
  /** "close": the body ends with its connection. */
  framed: "chunked" | "length" | "close";
  /** The framing field with its CRLF, or nothing. */
  line: string;
  /** Bytes of the body as it is sent; -1 when not known. */
  length: number;
  /** No body is sent, whatever the handler gave. */
  silent: boolean;
  known: { bytes: string | Uint8Array } | undefined;
}

/** `writer` holds the reply's own fields already. */
export function frameReply(
  reply: HttpReply,
  head: RequestHead,
  { contentLength: given }: FieldWriter,
): ReplyFraming {
  const { status, body } = reply;
  const known = knownBody(body);
  const unframed = status === 204 || status < 200;
  const silent = unframed || status === 304 || head.method === "HEAD";
  if (silent) {
    // The length that a GET would have shown, if the handler says it.
    const length = given < 0 && known && body !== undefined ? lengthOf(known.bytes) : given;
    const shown = !unframed && length >= 0;
    return { framed: "length", line: shown ? contentLength(length) : "", length, silent, known };
  }
  const length = known ? lengthOf(known.bytes) : given;
  if (length >= 0) return { framed: "length", line: contentLength(length), length, silent, known };
  if (head.version === "1.0") return { framed: "close", line: "", length, silent, known };
  return { framed: "chunked", line: "Transfer-Encoding: chunked\r\n", length, silent, known };
}

/** Whether the connection ends behind the reply; `unread` when more of the request's body is to come. */
export function isLast({ framing, version }: RequestHead, unread: boolean): boolean {
  if (!framing.persists(version)) return true;
  // What is left of a short request body is skipped; a longer one costs more than a connection.
  const { contentLength } = framing;
  return unread && (contentLength < 0 || contentLength > lingerBytes);
}

/** True for replies whose head and body are copied into one piece. */
export function isSmall({ silent, length }: ReplyFraming): boolean {
  return silent || length <= copiedBytes;
}

/** The whole head as it is sent, from the status line to the empty line. */
export function headText(
  writer: FieldWriter,
  { line }: ReplyFraming,
  { version, last, date }: { version: string; last: boolean; date: string },
): string {
  let text = writer.text + line;
  if (!writer.hasDate) text += `Date: ${date}\r\n`;
  if (last) {
    if (!writer.closes) text += "Connection: close\r\n";
  } else if (version === "1.0") text += "Connection: keep-alive\r\n";
  return `${text}\r\n`;
}

function contentLength(length: number): string {
  return `Content-Length: ${length}\r\n`;
}

/** Tells the maker of a stream that nobody will read it. */
export async function closeStream(body: ByteStream): Promise<void> {
  try {
    await body[Symbol.asyncIterator]().return?.();
  } catch {
    // Whoever made the stream learns of its own errors; nobody waits for its bytes here.
  }
}

/** Tells a client that waits with its request's body to send it (RFC 9110, 10.1.1). */
export function writeContinue(socket: Writable): void {
  socket.write("HTTP/1.1 100 Continue\r\n\r\n", "latin1");
}

/** For a reply that is not sent. */
export function discard({ body }: HttpReply): void {
  if (!knownBody(body)) void closeStream(body as ByteStream);
}

/** Replies above this size go out in slices: only so is it seen that a slow client makes progress. */
export const slicedBytes = 1024 * 1024;

export async function* slicesOf(body: string | Uint8Array): AsyncGenerator<Uint8Array> {
  const bytes = typeof body === "string" ? Buffer.from(body) : body;
  const size = slicedBytes / 4;
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
