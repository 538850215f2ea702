/** The grammar of HTTP/1.1 messages (RFC 9110, RFC 9112), read strictly: what is in doubt is refused. */

/** Bytes that are no HTTP message; `status` is what a server answers. */
export class HttpSyntaxError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "HttpSyntaxError";
    this.status = status;
  }
}

const colon = 58;
const carriageReturn = 13;
const lineFeed = 10;
const space = 32;
const tab = 9;

/** 1 for the characters of a token (RFC 9110, 5.6.2). */
const tokenCharacters = table(
  (code) => code < 128 && /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(code)),
);
/** 1 for the characters of a field value, white space included (RFC 9110, 5.5). */
const valueCharacters = table((code) => code === tab || (code >= space && code !== 127));
/** 1 for what a request target may hold: visible ASCII. */
const targetCharacters = table((code) => code > space && code < 127);

function table(holds: (code: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (holds(code) ? 1 : 0));
}

export function isToken(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (!tokenCharacters[text.charCodeAt(at)]) return false;
  return text.length > 0;
}

/** What the fields of a message say about its framing and its connection. */
export class FramingFields {
  /** -1 when there is none. */
  contentLength = -1;
  transferEncoding: string | undefined;
  connection: string | undefined;
  host: string | undefined;
  expect: string | undefined;
  upgrade: string | undefined;

  /** Of a message without a Connection field: whether the connection may carry another one. */
  persists(version: string): boolean {
    const { connection } = this;
    if (connection === undefined) return version === "1.1";
    if (hasOption(connection, "close")) return false;
    return version === "1.1" || hasOption(connection, "keep-alive");
  }
}

/** Whether a comma-separated list of options holds one; case does not matter. */
export function hasOption(list: string, option: string): boolean {
  const lower = list.toLowerCase();
  if (lower === option) return true;
  return lower.includes(",") && lower.split(",").some((one) => one.trim() === option);
}

/**
 * Reads field lines, each with its CRLF, from `at` to the end of the text. Pushes names and values
 * in turn onto `fields` and notes what concerns framing.
 */
export function readFields(text: string, at: number, fields: string[], framing: FramingFields) {
  const end = text.length;
  while (at < end) {
    const nameAt = at;
    while (tokenCharacters[text.charCodeAt(at)]) at++;
    if (at === nameAt || text.charCodeAt(at) !== colon) throw badFieldName(text, nameAt, at);
    const name = text.slice(nameAt, at++);
    let code = text.charCodeAt(at);
    while (code === space || code === tab) code = text.charCodeAt(++at);
    const valueAt = at;
    while (valueCharacters[code]) code = text.charCodeAt(++at);
    if (code !== carriageReturn || text.charCodeAt(at + 1) !== lineFeed)
      throw new HttpSyntaxError(400, `the value of ${name} holds a forbidden character`);
    let valueEnd = at;
    while (valueEnd > valueAt) {
      code = text.charCodeAt(valueEnd - 1);
      if (code !== space && code !== tab) break;
      valueEnd--;
    }
    at += 2;
    const value = text.slice(valueAt, valueEnd);
    fields.push(name, value);
    if (concernsFraming(name)) noteFraming(name.toLowerCase(), value, framing);
  }
}

/** Whether a text can be a field's value as it is, each of its characters a byte. */
export function isFieldValue(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (!isValueByte(text.charCodeAt(at))) return false;
  return true;
}

export function isValueByte(code: number): boolean {
  return valueCharacters[code] === 1;
}

/** Whether a field of this name may be one of those that FramingFields hold. */
export function concernsFraming({ length }: string): boolean {
  return length === 4 || length === 6 || length === 7 || length === 10 || length >= 14;
}

function badFieldName(text: string, nameAt: number, at: number): HttpSyntaxError {
  const first = text.charCodeAt(nameAt);
  if (first === space || first === tab)
    return new HttpSyntaxError(400, "folded header lines are not accepted");
  if (at === nameAt) return new HttpSyntaxError(400, "a header line has no name");
  return new HttpSyntaxError(400, "a header name holds a forbidden character");
}

/** Throws HttpSyntaxError. */
export function noteFraming(lowerName: string, value: string, framing: FramingFields): void {
  switch (lowerName.length) {
    case 4:
      if (lowerName !== "host") return;
      if (framing.host !== undefined) throw new HttpSyntaxError(400, "more than one Host");
      framing.host = value;
      return;
    case 6:
      if (lowerName === "expect") framing.expect = value;
      return;
    case 7:
      if (lowerName === "upgrade") framing.upgrade = join(framing.upgrade, value);
      return;
    case 10:
      if (lowerName === "connection") framing.connection = join(framing.connection, value);
      return;
    case 14:
      if (lowerName !== "content-length") return;
      if (framing.contentLength !== -1)
        throw new HttpSyntaxError(400, "more than one Content-Length");
      framing.contentLength = readLength(value);
      return;
    case 17:
      if (lowerName === "transfer-encoding")
        framing.transferEncoding = join(framing.transferEncoding, value);
  }
}

function join(present: string | undefined, value: string): string {
  return present === undefined ? value : `${present}, ${value}`;
}

/** Digits only: no sign, no list, nothing that another reader could take for another number. */
function readLength(value: string): number {
  const count = value.length;
  if (count === 0 || count > 15) throw new HttpSyntaxError(400, "Content-Length is no length");
  let length = 0;
  for (let at = 0; at < count; at++) {
    const digit = value.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) throw new HttpSyntaxError(400, "Content-Length is no length");
    length = length * 10 + digit;
  }
  return length;
}

/** True for a chunked body. Both framings at once are how requests are smuggled, so never both. */
export function isChunked(framing: FramingFields, version: string): boolean {
  const { transferEncoding } = framing;
  if (transferEncoding === undefined) return false;
  if (framing.contentLength !== -1)
    throw new HttpSyntaxError(400, "both Content-Length and Transfer-Encoding");
  if (version === "1.0") throw new HttpSyntaxError(400, "Transfer-Encoding in HTTP/1.0");
  if (transferEncoding.toLowerCase() === "chunked") return true;
  if (hasOption(transferEncoding, "chunked"))
    throw new HttpSyntaxError(400, "chunked must be the only transfer coding");
  throw new HttpSyntaxError(501, `the transfer coding ${transferEncoding} is not known`);
}

export interface RequestLine {
  method: string;
  target: string;
  version: string;
}

/** Reads a request line without its CRLF. */
export function readRequestLine(line: string): RequestLine {
  let at = 0;
  while (tokenCharacters[line.charCodeAt(at)]) at++;
  if (at === 0 || line.charCodeAt(at) !== space)
    throw new HttpSyntaxError(400, "the request line starts with no method");
  const method = line.slice(0, at);
  const targetAt = ++at;
  while (targetCharacters[line.charCodeAt(at)]) at++;
  if (at === targetAt || line.charCodeAt(at) !== space)
    throw new HttpSyntaxError(400, "the request line has no valid target");
  const target = line.slice(targetAt, at);
  const version = readVersion(line.slice(at + 1));
  const first = target.charCodeAt(0);
  const valid =
    method === "CONNECT"
      ? /^[^/?#@]+:\d+$/.test(target)
      : first === 47 ||
        /^https?:\/\/[^/?#@]/i.test(target) ||
        (target === "*" && method === "OPTIONS");
  if (!valid) throw new HttpSyntaxError(400, "the request target has no valid form");
  return { method, target, version };
}

function readVersion(text: string): string {
  if (text === "HTTP/1.1") return "1.1";
  if (text === "HTTP/1.0") return "1.0";
  if (/^HTTP\/\d\.\d$/.test(text)) throw new HttpSyntaxError(505, `${text} is not spoken here`);
  throw new HttpSyntaxError(400, "the request line ends in no HTTP version");
}

/** A host and an optional port as Host carries them (RFC 3986, 3.2.2). */
export function isHost(value: string): boolean {
  return /^(?:[A-Za-z0-9\-._~!$&'()*+,;=%]*|\[[0-9A-Fa-f:.]+\])(?::\d*)?$/.test(value);
}

export interface StatusLine {
  version: string;
  status: number;
  reason: string;
}

/** Reads a status line without its CRLF. Statuses end with 599 (RFC 9110, 15). */
export function readStatusLine(line: string): StatusLine {
  const match = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/.exec(line);
  if (!match) throw new HttpSyntaxError(502, "the response starts with no status line");
  return { version: `1.${match[1]}`, status: Number(match[2]), reason: match[3] ?? "" };
}
