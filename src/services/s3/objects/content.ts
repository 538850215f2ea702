/** Where an object's bytes are, and who still needs them. */
import type { ByteStream } from "#http/http.ts";
import type { Transaction } from "#store/store.ts";
import { inlineBytes } from "../limits.ts";
import {
  blobs,
  contents,
  everywhere,
  type Content,
  type ContentRecord,
  type PartSummary,
  type Segment,
} from "../records.ts";
import type { BlobFiles, Change, S3Context } from "../state.ts";

/** A body that has arrived: its bytes, or the blob file that holds them. */
export type Arrived = { bytes: Uint8Array } | { blob: string };

export function segmentOf(arrived: Arrived, sizeBytes: number): Segment {
  return "bytes" in arrived
    ? { bytes: new Uint8Array(arrived.bytes) }
    : { blob: arrived.blob, start: 0, sizeBytes };
}

/** Keeps a body: in the object's record when it is small, else in a content record. */
export async function keepContent(
  { tx }: Change,
  context: S3Context,
  arrived: Arrived,
  sizeBytes: number,
): Promise<Content> {
  if ("bytes" in arrived) {
    // A copy: the bytes may lie in a larger buffer of a connection.
    const bytes = new Uint8Array(arrived.bytes);
    if (bytes.length <= inlineBytes) return bytes;
    return putContent(tx, context, { bytes });
  }
  blobs.put(tx, everywhere, [arrived.blob], { references: 1 });
  return putContent(tx, context, { segments: [segmentOf(arrived, sizeBytes)] });
}

/** Makes a content of segments whose blobs are counted already. */
export function joinSegments(
  { tx }: Change,
  context: S3Context,
  segments: Segment[],
  parts: PartSummary[],
): Content {
  return putContent(tx, context, { segments, parts });
}

function putContent(tx: Transaction, { random }: S3Context, record: ContentRecord): string {
  const id = random.hex(32);
  contents.put(tx, everywhere, [id], record);
  return id;
}

/** The same bytes for another object; files are shared, not copied. */
export async function shareContent(
  change: Change,
  context: S3Context,
  content: Content,
): Promise<Content> {
  if (typeof content !== "string") return content;
  const record = await getContent(change.tx, content);
  for (const segment of record.segments ?? []) await addReference(change, segment);
  return putContent(change.tx, context, {
    ...(record.bytes && { bytes: record.bytes }),
    ...(record.segments && { segments: record.segments }),
  });
}

export async function addReference({ tx }: Change, segment: Segment): Promise<void> {
  if (!("blob" in segment)) return;
  const record = await blobs.get(tx, everywhere, segment.blob);
  blobs.put(tx, everywhere, [segment.blob], { references: (record?.references ?? 0) + 1 });
}

export async function releaseContent(change: Change, content: Content): Promise<void> {
  if (typeof content !== "string") return;
  const record = await getContent(change.tx, content);
  await releaseSegments(change, record.segments ?? []);
  contents.delete(change.tx, everywhere, content);
}

export async function releaseSegments(
  { tx, unnamed }: Change,
  segments: readonly Segment[],
): Promise<void> {
  for (const segment of segments) {
    if (!("blob" in segment)) continue;
    const { blob } = segment;
    const references = ((await blobs.get(tx, everywhere, blob))?.references ?? 1) - 1;
    if (references > 0) blobs.put(tx, everywhere, [blob], { references });
    else {
      blobs.delete(tx, everywhere, blob);
      unnamed.push(blob);
    }
  }
}

export async function getContent(tx: Transaction, id: string): Promise<ContentRecord> {
  const record = await contents.get(tx, everywhere, id);
  if (!record) throw new Error(`the content record ${id} is missing`);
  return record;
}

/** The first byte and the one behind the last. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * Finds the bytes of a range. To be called within the transaction that found the content: files are
 * pinned, so that the stream may be read later, and must be read or ended.
 */
export async function openContent(
  tx: Transaction,
  context: S3Context,
  content: Content,
  range: ByteRange,
): Promise<Uint8Array | ByteStream> {
  if (typeof content !== "string") return content.subarray(range.start, range.end);
  const record = await getContent(tx, content);
  if (record.bytes) return record.bytes.subarray(range.start, range.end);
  return openSegments(context, record.segments ?? [], range);
}

function openSegments(
  { state, signal }: S3Context,
  segments: readonly Segment[],
  range: ByteRange,
): ByteStream {
  const needed = cutSegments(segments, range);
  const pinned = needed.flatMap((segment) => ("blob" in segment ? [segment.blob] : []));
  state.files.pin(pinned);
  return new PinnedStream(state.files, needed, pinned, signal);
}

/** The stretches of the segments that make up a range of the whole. */
export function cutSegments(segments: readonly Segment[], { start, end }: ByteRange): Segment[] {
  const found: Segment[] = [];
  let at = 0;
  for (const segment of segments) {
    const size = "blob" in segment ? segment.sizeBytes : segment.bytes.length;
    const from = Math.max(0, start - at);
    const to = Math.min(size, end - at);
    at += size;
    if (from >= to) continue;
    if ("bytes" in segment) found.push({ bytes: segment.bytes.subarray(from, to) });
    else found.push({ blob: segment.blob, start: segment.start + from, sizeBytes: to - from });
  }
  return found;
}

class PinnedStream implements AsyncIterable<Uint8Array> {
  readonly #files: BlobFiles;
  readonly #segments: readonly Segment[];
  #pinned: readonly string[];
  readonly #signal: AbortSignal;

  constructor(
    files: BlobFiles,
    segments: readonly Segment[],
    pinned: readonly string[],
    signal: AbortSignal,
  ) {
    this.#files = files;
    this.#segments = segments;
    this.#pinned = pinned;
    this.#signal = signal;
    // Nobody may ever read the stream of a request whose client went away.
    if (pinned.length > 0) signal.addEventListener("abort", this.#release, { once: true });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (const segment of this.#segments) {
        if ("bytes" in segment) yield segment.bytes;
        else {
          const { blob, start, sizeBytes } = segment;
          yield* await this.#files.blobs.read(blob, { start, end: start + sizeBytes });
        }
      }
    } finally {
      this.#release();
    }
  }

  readonly #release = () => {
    this.#signal.removeEventListener("abort", this.#release);
    const pinned = this.#pinned;
    this.#pinned = [];
    void this.#files.unpin(pinned);
  };
}
