/** Cuts the head of a message out of bytes that arrive in any pieces. */
import type { HttpLimits } from "./http.ts";
import type { RecentLines } from "./recent-lines.ts";
import {
  FramingFields,
  HttpSyntaxError,
  isHost,
  readFields,
  readRequestLine,
  readStatusLine,
} from "./syntax.ts";

const lineFeed = 10;
const carriageReturn = 13;

/** The head of a request; `end` is the offset of the first byte behind it. */
export interface RequestHead {
  method: string;
  target: string;
  version: string;
  rawHeaders: string[];
  framing: FramingFields;
  end: number;
}

export interface ResponseHead {
  version: string;
  status: number;
  reason: string;
  rawHeaders: string[];
  framing: FramingFields;
  end: number;
}

export type HeadLimits = Pick<HttpLimits, "headBytes" | "requestLineBytes">;

/** Undefined while the head is incomplete. Throws HttpSyntaxError. */
export function readRequestHead(
  bytes: Buffer,
  limits: HeadLimits,
  recent?: RecentLines,
): RequestHead | undefined {
  let start = 0;
  // Empty lines ahead of a request are skipped (RFC 9112, 2.2).
  while (bytes[start] === carriageReturn && bytes[start + 1] === lineFeed) start += 2;
  const end = headEnd(bytes, start, limits);
  if (end === -1) return undefined;
  const text = bytes.toString("latin1", start, end);
  const lineEnd = text.indexOf("\r\n");
  if (lineEnd > limits.requestLineBytes) throw lineTooLong();
  const line = readRequestLine(text.slice(0, lineEnd));
  const rawHeaders: string[] = [];
  const framing = new FramingFields();
  readFields(text, lineEnd + 2, rawHeaders, framing, recent);
  const head: RequestHead = {
    method: line.method,
    target: line.target,
    version: line.version,
    rawHeaders,
    framing,
    end: end + 2,
  };
  checkHost(head);
  return head;
}

/** Undefined while the head is incomplete. Throws HttpSyntaxError. */
export function readResponseHead(
  bytes: Buffer,
  limits: HeadLimits,
  recent?: RecentLines,
): ResponseHead | undefined {
  const end = headEnd(bytes, 0, limits);
  if (end === -1) return undefined;
  const text = bytes.toString("latin1", 0, end);
  const lineEnd = text.indexOf("\r\n");
  const { version, status, reason } = readStatusLine(text.slice(0, lineEnd));
  const rawHeaders: string[] = [];
  const framing = new FramingFields();
  readFields(text, lineEnd + 2, rawHeaders, framing, recent);
  return { version, status, reason, rawHeaders, framing, end: end + 2 };
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
}

/** Stands for the head of a request that could not be read. */
export function unreadable(): RequestHead {
  const framing = new FramingFields();
  framing.connection = "close";
  return { method: "", target: "", version: "1.1", rawHeaders: [], framing, end: 0 };
}

/** Names in lower case; repeated fields joined with ", ", cookies with "; ". */
export function joinFields(rawHeaders: readonly string[]): Record<string, string | undefined> {
  // oxlint-disable-next-line typescript/no-explicit-any
  const joined = { __proto__: null } as any as Record<string, string | undefined>;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!.toLowerCase();
    const value = rawHeaders[index + 1]!;
    const present = joined[name];
    joined[name] =
      present === undefined ? value : `${present}${name === "cookie" ? "; " : ", "}${value}`;
  }
  return joined;
}
