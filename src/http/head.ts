/** Cuts the head of a message out of bytes that arrive in any pieces. */
import type { HttpLimits } from "./http.ts";
import type { KnownHead, ReadHead } from "./known-head.ts";
import {
  FramingFields,
  HttpSyntaxError,
  isHost,
  readFields,
  readRequestLine,
  readStatusLine,
  type RequestLine,
  type StatusLine,
} from "./syntax.ts";

const lineFeed = 10;
const carriageReturn = 13;

/** The head of a request; `end` is the offset of the first byte behind it. */
export interface RequestHead {
  method: string;
  target: string;
  version: string;
  rawHeaders: string[];
  /** The names in lower case, where they are known and each comes once. */
  lowerNames: readonly string[] | undefined;
  framing: FramingFields;
  end: number;
}

export interface ResponseHead {
  version: string;
  status: number;
  reason: string;
  rawHeaders: string[];
  lowerNames: readonly string[] | undefined;
  framing: FramingFields;
  end: number;
}

export type HeadLimits = Pick<HttpLimits, "headBytes" | "fieldBytes" | "requestLineBytes">;

/** Undefined while the head is incomplete. Throws HttpSyntaxError. */
export function readRequestHead(
  bytes: Buffer,
  limits: HeadLimits,
  known?: KnownHead<RequestLine>,
): RequestHead | undefined {
  let start = 0;
  // Empty lines ahead of a request are skipped (RFC 9112, 2.2).
  while (bytes[start] === carriageReturn && bytes[start + 1] === lineFeed) start += 2;
  const read =
    known?.read(bytes, start, limits) ?? readHead(bytes, start, limits, readRequestLine, known);
  if (!read) return undefined;
  const { line, rawHeaders, lowerNames, framing, end } = read;
  const { method, target, version } = line;
  const head: RequestHead = { method, target, version, rawHeaders, lowerNames, framing, end };
  checkHost(head);
  return head;
}

/** Undefined while the head is incomplete. Throws HttpSyntaxError. */
export function readResponseHead(
  bytes: Buffer,
  limits: HeadLimits,
  known?: KnownHead<StatusLine>,
): ResponseHead | undefined {
  const read = known?.read(bytes, 0, limits) ?? readHead(bytes, 0, limits, readStatusLine, known);
  if (!read) return undefined;
  const { line, rawHeaders, lowerNames, framing, end } = read;
  const { version, status, reason } = line;
  return { version, status, reason, rawHeaders, lowerNames, framing, end };
}

/** Any head; `known` learns it. Undefined while it is incomplete. */
function readHead<Line>(
  bytes: Buffer,
  start: number,
  limits: HeadLimits,
  readLine: (text: string) => Line,
  known: KnownHead<Line> | undefined,
): ReadHead<Line> | undefined {
  const end = headEnd(bytes, start, limits);
  if (end === -1) return undefined;
  const text = bytes.toString("latin1", start, end);
  const lineEnd = text.indexOf("\r\n");
  if (lineEnd > limits.requestLineBytes) throw lineTooLong();
  const line = readLine(text.slice(0, lineEnd));
  const rawHeaders: string[] = [];
  const framing = new FramingFields();
  readFields(text, lineEnd + 2, rawHeaders, framing);
  if (text.length > limits.fieldBytes)
    for (const field of rawHeaders) if (field.length > limits.fieldBytes) throw headTooLong();
  const read = { line, rawHeaders, lowerNames: undefined, framing, end: end + 2 };
  known?.learn(text, read);
  return read;
}

/** The offset of the empty line that ends the head; -1 when it has not come yet. */
function headEnd(bytes: Buffer, start: number, limits: HeadLimits): number {
  const found = bytes.indexOf("\r\n\r\n", start, "latin1");
  if (found === -1) {
    refuseBareLineFeeds(bytes, start);
    if (bytes.length - start > limits.requestLineBytes && bytes.indexOf(lineFeed, start) === -1)
      throw lineTooLong();
    if (bytes.length - start > limits.headBytes) throw headTooLong();
    return -1;
  }
  if (found + 4 - start > limits.headBytes) throw headTooLong();
  return found + 2;
}

/** Without this, a peer that ends lines in LF alone would wait for its answer until a timeout. */
function refuseBareLineFeeds(bytes: Buffer, start: number): void {
  for (let at = bytes.indexOf(lineFeed, start); at !== -1; at = bytes.indexOf(lineFeed, at + 1))
    if (at === start || bytes[at - 1] !== carriageReturn)
      throw new HttpSyntaxError(400, "a line ends without a carriage return");
}

function lineTooLong(): HttpSyntaxError {
  return new HttpSyntaxError(414, "the request line is too long");
}

function headTooLong(): HttpSyntaxError {
  return new HttpSyntaxError(431, "the header fields are too long");
}

function checkHost(head: RequestHead): void {
  const { framing, target } = head;
  if (framing.host === undefined) {
    if (head.version === "1.1") throw new HttpSyntaxError(400, "Host is missing");
  } else if (!isHost(framing.host)) throw new HttpSyntaxError(400, "Host names no host");
  // In absolute form the target's authority replaces Host (RFC 9112, 3.2.2).
  if (target.charCodeAt(0) !== 47 && target !== "*" && head.method !== "CONNECT") {
    const [, authority = "", path = ""] = /^https?:\/\/([^/?#]*)(.*)$/i.exec(target) ?? [];
    if (!isHost(authority)) throw new HttpSyntaxError(400, "the target names no host");
    head.target = path.startsWith("/") ? path : `/${path}`;
    replaceHost(head, authority);
  }
}

function replaceHost(head: RequestHead, host: string): void {
  head.framing.host = host;
  const { rawHeaders } = head;
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]!.toLowerCase() === "host") {
      rawHeaders[index + 1] = host;
      return;
    }
  rawHeaders.push("Host", host);
  head.lowerNames = undefined;
}

/** Stands for the head of a request that could not be read. */
export function unreadable(): RequestHead {
  const framing = new FramingFields();
  framing.connection = "close";
  const nothing = { rawHeaders: [], lowerNames: undefined, end: 0 };
  return { method: "", target: "", version: "1.1", ...nothing, framing };
}
