/** Takes a message's body off the wire: by length, in chunks, or until the connection ends. */
import type { ResponseHead } from "./head.ts";
import { FramingFields, HttpSyntaxError, isChunked, readFields } from "./syntax.ts";

export type Sink = (piece: Buffer) => void;

export interface Intake {
  /** Takes what belongs to the body, from the offset on; gives the offset behind it. */
  take(bytes: Buffer, offset: number, sink: Sink): number;
  readonly done: boolean;
  /** Names and values in turn of the fields behind a chunked body. */
  readonly trailers: readonly string[];
}

const noTrailers: readonly string[] = [];

export class LengthIntake implements Intake {
  readonly trailers = noTrailers;
  #left: number;

  constructor(length: number) {
    this.#left = length;
  }

  get done(): boolean {
    return this.#left === 0;
  }

  take(bytes: Buffer, offset: number, sink: Sink): number {
    const size = Math.min(this.#left, bytes.length - offset);
    if (size > 0) {
      this.#left -= size;
      sink(offset === 0 && size === bytes.length ? bytes : bytes.subarray(offset, offset + size));
    }
    return offset + size;
  }
}

/** The body of a response that ends with its connection. */
export class UntilCloseIntake implements Intake {
  readonly trailers = noTrailers;
  readonly done = false;

  take(bytes: Buffer, offset: number, sink: Sink): number {
    if (offset < bytes.length) sink(offset === 0 ? bytes : bytes.subarray(offset));
    return bytes.length;
  }
}

/** What takes the body of a response to `method`; undefined for none (RFC 9112, 6.3). Throws HttpSyntaxError. */
export function responseIntake(
  { status, framing, version }: ResponseHead,
  method: string,
): Intake | undefined {
  const chunked = isChunked(framing, version);
  if (method === "HEAD" || status === 204 || status === 304) return undefined;
  if (chunked) return new ChunkedIntake();
  if (framing.contentLength < 0) return new UntilCloseIntake();
  return framing.contentLength > 0 ? new LengthIntake(framing.contentLength) : undefined;
}

/** Most bytes of chunk extensions in one body: nobody uses them but to waste a server's time. */
const mostExtensionBytes = 16 * 1024;
const mostTrailerBytes = 64 * 1024;
const mostSizeDigits = 12;
/** Names, and values that are tokens or quoted (RFC 9112, 7.1.1), without white space between them. */
const extensions = /^(?:;[!#$%&'*+\-.^_`|~\w]+(?:=(?:[!#$%&'*+\-.^_`|~\w]+|"(?:[^"\\]|\\.)*"))?)*$/;

type ChunkState =
  | "size"
  | "extension"
  | "size-lf"
  | "data"
  | "data-cr"
  | "data-lf"
  | "trailers"
  | "done";

/** RFC 9112, 7.1. */
export class ChunkedIntake implements Intake {
  trailers: readonly string[] = noTrailers;
  #state: ChunkState = "size";
  #size = 0;
  #digits = 0;
  #extension = "";
  #extensionBytes = 0;
  #trailerText = "";

  get done(): boolean {
    return this.#state === "done";
  }

  take(bytes: Buffer, offset: number, sink: Sink): number {
    let at = offset;
    while (at < bytes.length && this.#state !== "done") {
      if (this.#state === "data") {
        const size = Math.min(this.#size, bytes.length - at);
        sink(bytes.subarray(at, at + size));
        at += size;
        this.#size -= size;
        if (this.#size === 0) this.#state = "data-cr";
      } else if (this.#state === "trailers") at = this.#takeTrailers(bytes, at);
      else this.#step(bytes[at++]!);
    }
    return at;
  }

  #step(byte: number): void {
    switch (this.#state) {
      case "size":
        return this.#sizeByte(byte);
      case "extension":
        return this.#extensionByte(byte);
      case "size-lf":
        if (byte !== 10) throw badChunk("a chunk size does not end in CRLF");
        if (this.#digits === 0) throw badChunk("a chunk has no size");
        this.#state = this.#size === 0 ? "trailers" : "data";
        return;
      case "data-cr":
        if (byte !== 13) throw badChunk("a chunk is longer than its size");
        this.#state = "data-lf";
        return;
      case "data-lf":
        if (byte !== 10) throw badChunk("a chunk does not end in CRLF");
        this.#state = "size";
        this.#size = 0;
        this.#digits = 0;
    }
  }

  #sizeByte(byte: number): void {
    const digit = hexDigit(byte);
    if (digit >= 0) {
      if (++this.#digits > mostSizeDigits) throw badChunk("a chunk size is too long");
      this.#size = this.#size * 16 + digit;
    } else if (this.#digits === 0) throw badChunk("a chunk size is not a hexadecimal number");
    else if (byte === 13) this.#state = "size-lf";
    else if (byte === 59) {
      this.#extension = ";";
      this.#state = "extension";
    } else throw badChunk("a chunk size is not a hexadecimal number");
  }

  #extensionByte(byte: number): void {
    if (byte === 13) {
      if (!extensions.test(this.#extension)) throw badChunk("a chunk extension is malformed");
      this.#state = "size-lf";
    } else if ((byte < 32 && byte !== 9) || byte === 127)
      throw badChunk("a chunk extension holds a forbidden character");
    else if (++this.#extensionBytes > mostExtensionBytes)
      throw new HttpSyntaxError(413, "the chunk extensions are too long");
    else this.#extension += String.fromCharCode(byte);
  }

  /** Collects until the empty line, then reads all fields at once. */
  #takeTrailers(bytes: Buffer, at: number): number {
    const known = this.#trailerText.length;
    const text =
      this.#trailerText +
      bytes.toString("latin1", at, Math.min(bytes.length, at + mostTrailerBytes + 4));
    if (text.startsWith("\r\n")) {
      this.#state = "done";
      return at + 2 - known;
    }
    const end = text.indexOf("\r\n\r\n", Math.max(0, known - 3));
    if (end === -1) {
      if (text.length > mostTrailerBytes)
        throw new HttpSyntaxError(431, "the trailers are too long");
      if (/(?:^|[^\r])\n/.test(text))
        throw badChunk("a trailer line ends without a carriage return");
      this.#trailerText = text;
      return bytes.length;
    }
    const trailers: string[] = [];
    // Framing fields mean nothing here (RFC 9110, 6.5.1); they must not change the message's.
    readFields(text.slice(0, end + 2), 0, trailers, new FramingFields());
    this.trailers = trailers;
    this.#state = "done";
    return at + end + 4 - known;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48;
  if (byte >= 97 && byte <= 102) return byte - 87;
  if (byte >= 65 && byte <= 70) return byte - 55;
  return -1;
}

function badChunk(message: string): HttpSyntaxError {
  return new HttpSyntaxError(400, message);
}
