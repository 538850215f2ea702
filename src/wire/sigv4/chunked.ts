/**
 * The aws-chunked framing of bodies that are signed, or checksummed, while they are sent.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
 */
import { createHash, hash, type Hash } from "node:crypto";
import type { ByteStream, HttpRequest } from "#http/http.ts";
import {
  chunkMismatch,
  malformedChunks,
  malformedTrailer,
  missingDecodedLength,
  wrongDecodedLength,
} from "./s3-refusals.ts";
import type { SigningKey } from "./signing-key.ts";

/** What each chunk's signature builds on. */
export interface ChunkSigner {
  readonly key: SigningKey;
  readonly date: string;
  /** "20260105/us-east-1/s3/aws4_request" */
  readonly scope: string;
  /** The signature of the request's head. */
  readonly seed: string;
}

export type ChunkedRequest = Pick<HttpRequest, "body" | "headers">;

/** A body without its framing. Its trailers are known once it was read to its end. */
export class ChunkedBody implements AsyncIterable<Uint8Array> {
  /** Names in lower case. */
  readonly trailers: Record<string, string> = {};
  readonly #source: ByteStream;
  readonly #signer: ChunkSigner | undefined;
  readonly #sizeBytes: number;
  /** The trailers that must come. */
  readonly #announced: readonly string[];
  readonly #hasTrailer: boolean;

  /**
   * Signatures are verified when a signer is given; the framing is removed in any case. Throws MissingContentLength
   * where `x-amz-decoded-content-length` does not say how long the body is without it.
   */
  constructor({ body, headers }: ChunkedRequest, signer: ChunkSigner | undefined) {
    const length = headers["x-amz-decoded-content-length"] ?? "";
    if (!/^\d{1,15}$/.test(length)) throw missingDecodedLength();
    this.#sizeBytes = Number(length);
    this.#hasTrailer = headers["x-amz-content-sha256"]?.endsWith("-TRAILER") ?? false;
    this.#announced = (headers["x-amz-trailer"] ?? "")
      .toLowerCase()
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "");
    this.#source = body;
    this.#signer = signer;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    const reader = new LineReader(this.#source);
    let previous = this.#signer?.seed ?? "";
    let left = this.#sizeBytes;
    for (;;) {
      const { size, signature } = parseChunkHead(await reader.line());
      const digest = this.#signer ? createHash("sha256") : undefined;
      left -= size;
      if (left < 0) throw wrongDecodedLength();
      for (let rest = size; rest > 0;) {
        const piece = await reader.take(rest);
        rest -= piece.length;
        digest?.update(piece);
        yield piece;
      }
      if (this.#signer) previous = verifyChunk(this.#signer, previous, digest!, signature);
      if (size === 0) break;
      if ((await reader.line()) !== "") throw malformedChunks("A chunk is longer than it says.");
    }
    if (left > 0) throw wrongDecodedLength();
    await this.#readTrailers(reader, previous);
  }

  async #readTrailers(reader: LineReader, previous: string): Promise<void> {
    let signed = "";
    let signature: string | undefined;
    for (let line = await reader.lineOrEnd(); line; line = await reader.lineOrEnd()) {
      const colon = line.indexOf(":");
      if (colon < 0) throw malformedChunks("A trailer has no value.");
      const name = line.slice(0, colon).trim().toLowerCase();
      const value = line.slice(colon + 1).trim();
      if (name === "x-amz-trailer-signature") signature = value;
      else {
        this.trailers[name] = value;
        signed += `${name}:${value}\n`;
      }
    }
    if (this.#announced.some((name) => this.trailers[name] === undefined)) throw malformedTrailer();
    if (!this.#signer) return;
    if (signature === undefined) {
      if (this.#hasTrailer || signed !== "") throw malformedTrailer();
      return;
    }
    const { key, date, scope } = this.#signer;
    const text = `AWS4-HMAC-SHA256-TRAILER\n${date}\n${scope}\n${previous}\n${hash("sha256", signed)}`;
    if (key.sign(text) !== signature) throw chunkMismatch();
  }
}

/** Trailing headers of a payload that was read to its end: checksums that clients send last. */
export function trailersOf(body: ByteStream): Readonly<Record<string, string>> {
  return body instanceof ChunkedBody ? body.trailers : {};
}

const chunkHead = /^([0-9a-f]{1,10})(?:;chunk-signature=([0-9a-f]{64}))?$/i;

function parseChunkHead(line: string): { size: number; signature: string | undefined } {
  const [, size, signature] = chunkHead.exec(line) ?? [];
  if (size === undefined) throw malformedChunks("The body's chunks are not framed as aws-chunked.");
  return { size: Number.parseInt(size, 16), signature };
}

const emptyHash = hash("sha256", "");

function verifyChunk(
  { key, date, scope }: ChunkSigner,
  previous: string,
  digest: Hash,
  signature: string | undefined,
): string {
  const text = `AWS4-HMAC-SHA256-PAYLOAD\n${date}\n${scope}\n${previous}\n${emptyHash}\n${digest.digest("hex")}`;
  const calculated = key.sign(text);
  if (calculated !== signature) throw chunkMismatch();
  return calculated;
}

const longestLine = 16 * 1024;

/** Takes lines and byte runs off a stream, holding no more than the piece at hand. */
class LineReader {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #piece: Buffer = Buffer.alloc(0);

  constructor(source: ByteStream) {
    this.#iterator = source[Symbol.asyncIterator]();
  }

  /** At least one byte and at most so many. */
  async take(most: number): Promise<Buffer> {
    if (this.#piece.length === 0 && !(await this.#more()))
      throw malformedChunks("The request body terminated unexpectedly");
    const taken = this.#piece.subarray(0, most);
    this.#piece = this.#piece.subarray(taken.length);
    return taken;
  }

  async line(): Promise<string> {
    const line = await this.lineOrEnd();
    if (line === undefined) throw malformedChunks("The request body terminated unexpectedly");
    return line;
  }

  /** Undefined when the stream is at its end. */
  async lineOrEnd(): Promise<string | undefined> {
    for (;;) {
      const end = this.#piece.indexOf("\n");
      if (end >= 0) {
        const line = this.#piece.subarray(0, end).toString("utf8");
        this.#piece = this.#piece.subarray(end + 1);
        return line.endsWith("\r") ? line.slice(0, -1) : line;
      }
      if (this.#piece.length > longestLine) throw malformedChunks("A chunk's head is too long.");
      if (!(await this.#more())) return this.#piece.length === 0 ? undefined : "";
    }
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#iterator.next();
    if (done) return false;
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    this.#piece = this.#piece.length === 0 ? bytes : Buffer.concat([this.#piece, bytes]);
    return true;
  }
}
