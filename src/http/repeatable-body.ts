/** A body that can be sent again from its start, as long as little of it has been read and it may be wanted again. */
import type { ByteStream } from "./http.ts";

/** Most bytes that are kept to be sent again. */
const mostKeptBytes = 64 * 1024;

const finished: IteratorResult<Uint8Array> = { done: true, value: undefined };

/** One reading at a time: a new one takes over from the one before. */
export class RepeatableBody implements ByteStream {
  readonly #source: AsyncIterator<Uint8Array>;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;
  #keeps = true;
  #reading: Reading | undefined;
  /** What the source was asked for and has not given: a new reading waits for the same piece. */
  #coming: Promise<IteratorResult<Uint8Array>> | undefined;

  constructor(source: ByteStream) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** It can be read from its start. */
  get repeatable(): boolean {
    return this.#keeps || !this.#reading;
  }

  /** It will not be read again: whoever stops reading it from now on, or has, abandons it. */
  settle(): void {
    this.#keeps = false;
    if (this.#reading?.ended) this.#abandon();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    if (!this.repeatable) throw new TypeError("too much of the body is gone");
    if (this.#reading) this.#reading.ended = true;
    this.#reading = new Reading(
      this.#kept,
      () => (this.#coming ??= this.#pull()),
      () => {
        if (!this.#keeps) this.#abandon();
      },
    );
    return this.#reading;
  }

  #abandon(): void {
    // Whoever made the source learns of its own errors; nobody waits for its bytes here.
    this.#source.return?.().catch(() => {});
  }

  async #pull(): Promise<IteratorResult<Uint8Array>> {
    try {
      const result = await this.#source.next();
      if (!result.done && this.#keeps) this.#keep(result.value);
      return result;
    } finally {
      this.#coming = undefined;
    }
  }

  #keep(piece: Uint8Array): void {
    this.#keptBytes += piece.length;
    if (this.#keptBytes <= mostKeptBytes) this.#kept.push(piece);
    else {
      this.#keeps = false;
      this.#kept = [];
    }
  }
}

class Reading implements AsyncIterator<Uint8Array> {
  /** Somebody else reads it, or nobody any more. */
  ended = false;
  readonly #kept: readonly Uint8Array[];
  readonly #pull: () => Promise<IteratorResult<Uint8Array>>;
  readonly #stopped: () => void;
  /** How many pieces it has given. */
  #given = 0;

  constructor(
    kept: readonly Uint8Array[],
    pull: () => Promise<IteratorResult<Uint8Array>>,
    stopped: () => void,
  ) {
    this.#kept = kept;
    this.#pull = pull;
    this.#stopped = stopped;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    if (this.ended) return finished;
    const kept = this.#kept[this.#given];
    const result = kept ? { done: false, value: kept } : await this.#pull();
    this.#given++;
    return this.ended ? finished : result;
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    if (!this.ended) {
      this.ended = true;
      this.#stopped();
    }
    return finished;
  }
}
