/** Takes a payload in: hashes it as it comes, checks it, keeps what is large in a file. */
import { hash } from "node:crypto";
import { endOfTurn } from "#runtime/turn.ts";
import { WholeBody, type ByteStream } from "#http/http.ts";
import { ChunkedBody } from "#wire/sigv4/chunked.ts";
import {
  checksumAlgorithms,
  checksumOf,
  createHasher,
  type ChecksumAlgorithm,
  type ExpectedChecksum,
} from "../checksums/checksum.ts";
import {
  badChecksum,
  badDigest,
  entityTooLarge,
  invalidDigest,
  invalidRequest,
} from "../errors.ts";
import { recordBytes } from "../limits.ts";
import type { S3State } from "../state.ts";
import type { Arrived } from "./content.ts";

export interface ReceiveOptions {
  contentMd5: string | undefined;
  checksum: ExpectedChecksum | undefined;
  /** A checksum of another algorithm, to be compared and then forgotten. */
  also?: ExpectedChecksum | undefined;
  /** What is computed when the client says nothing of checksums. */
  defaultAlgorithm: ChecksumAlgorithm;
  limitBytes: number;
  /** Called before a file is begun, to throw where nothing can come of it. */
  beforeFile?: () => Promise<unknown>;
}

export interface Received {
  arrived: Arrived;
  sizeBytes: number;
  /** Hexadecimal. */
  md5: string;
  checksum: { algorithm: ChecksumAlgorithm; value: string };
}

/** Work on a body in memory gives the thread free after so many bytes. */
const sliceBytes = 256 * 1024;

export async function receive(
  { files }: S3State,
  body: ByteStream | Uint8Array | undefined,
  options: ReceiveOptions,
): Promise<Received> {
  const source = body instanceof WholeBody ? body.bytes : (body ?? new Uint8Array());
  if (source instanceof Uint8Array && source.length <= recordBytes)
    return receiveBytes(
      source,
      trailing(body, options.checksum),
      options,
      trailing(body, options.also),
    );
  const { start, rest } = await readStart(source instanceof Uint8Array ? inSlices(source) : source);
  if (!rest)
    return receiveBytes(
      Buffer.concat(start),
      trailing(body, options.checksum),
      options,
      trailing(body, options.also),
    );
  await options.beforeFile?.();
  const wanted =
    options.checksum?.algorithm ??
    (body instanceof ChunkedBody ? "CRC32" : options.defaultAlgorithm);
  const md5 = createHasher("MD5");
  const hasher = createHasher(wanted);
  const { also } = options;
  const other = also && createHasher(also.algorithm);
  const hashers = other ? [md5, hasher, other] : [md5, hasher];
  const blob = await files.blobs.write(hashed(start, rest, hashers, options.limitBytes));
  const received: Received = {
    arrived: { blob: blob.id },
    sizeBytes: blob.sizeBytes,
    md5: md5.digest().toString("hex"),
    checksum: { algorithm: wanted, value: hasher.digest().toString("base64") },
  };
  try {
    check(received, trailing(body, options.checksum), options);
    if (other) compare(trailing(body, also), other.digest().toString("base64"));
  } catch (error) {
    await discard(files, received);
    throw error;
  }
  return received;
}

/** Takes back what `receive` kept, when nothing came of it. */
export async function discard(
  files: S3State["files"],
  { arrived }: Pick<Received, "arrived">,
): Promise<void> {
  if ("blob" in arrived) await files.discard([arrived.blob]);
}

function receiveBytes(
  bytes: Uint8Array,
  expected: ExpectedChecksum | undefined,
  options: ReceiveOptions,
  also: ExpectedChecksum | undefined,
): Received {
  if (bytes.length > options.limitBytes) throw entityTooLarge(bytes.length, options.limitBytes);
  const algorithm = expected?.algorithm ?? options.defaultAlgorithm;
  const received: Received = {
    arrived: { bytes },
    sizeBytes: bytes.length,
    md5: hash("md5", bytes, "hex"),
    checksum: { algorithm, value: checksumOf(algorithm, bytes) },
  };
  check(received, expected, options);
  if (also?.value !== undefined) compare(also, checksumOf(also.algorithm, bytes));
  return received;
}

function check(
  { md5, checksum }: Received,
  expected: ExpectedChecksum | undefined,
  { contentMd5 }: ReceiveOptions,
): void {
  if (contentMd5 !== undefined) {
    const wanted = Buffer.from(contentMd5, "base64");
    if (wanted.length !== 16) throw invalidDigest(contentMd5);
    if (wanted.toString("hex") !== md5)
      throw badDigest(contentMd5, Buffer.from(md5, "hex").toString("base64"));
  }
  if (expected && expected.algorithm !== checksum.algorithm)
    // Only the trailer named it, when all had been hashed with another.
    throw invalidRequest("Value for x-amz-sdk-checksum-algorithm header is invalid.");
  compare(expected, checksum.value);
}

function compare(expected: ExpectedChecksum | undefined, calculated: string): void {
  if (expected?.value !== undefined && expected.value !== calculated)
    throw badChecksum(expected.algorithm);
}

/** The checksum to compare with: of the head, or else of the trailer, known when the body was read. */
function trailing(
  body: ByteStream | Uint8Array | undefined,
  checksum: ExpectedChecksum | undefined,
): ExpectedChecksum | undefined {
  if (!(body instanceof ChunkedBody) || checksum?.value !== undefined) return checksum;
  for (const algorithm of checksumAlgorithms) {
    const value = body.trailers[`x-amz-checksum-${algorithm.toLowerCase()}`];
    if (value === undefined) continue;
    if (checksum && checksum.algorithm !== algorithm)
      throw invalidRequest("Value for x-amz-sdk-checksum-algorithm header is invalid.");
    return { algorithm, value };
  }
  return checksum;
}

/** The first pieces of a stream, and the stream of the others when there are more than the store itself keeps. */
async function readStart(
  source: ByteStream,
): Promise<{ start: Uint8Array[]; rest: AsyncIterator<Uint8Array> | undefined }> {
  const iterator = source[Symbol.asyncIterator]();
  const start: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await iterator.next();
    if (done) return { start, rest: undefined };
    start.push(value);
    size += value.length;
    if (size > recordBytes) return { start, rest: iterator };
  }
}

async function* hashed(
  start: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
  hashers: readonly { update(bytes: Uint8Array): void }[],
  limitBytes: number,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  const take = (piece: Uint8Array) => {
    size += piece.length;
    if (size > limitBytes) throw entityTooLarge(size, limitBytes);
    for (const hasher of hashers) hasher.update(piece);
    return piece;
  };
  let ended = false;
  try {
    for (const piece of start) yield take(piece);
    for (;;) {
      const { done, value } = await rest.next();
      if (done) {
        ended = true;
        return;
      }
      yield take(value);
    }
  } finally {
    if (!ended) await rest.return?.();
  }
}

async function* inSlices(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += sliceBytes) {
    yield bytes.subarray(at, at + sliceBytes);
    await endOfTurn();
  }
}
