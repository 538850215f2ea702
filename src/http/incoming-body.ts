/** A body that is still arriving: pieces wait here until they are asked for. */

export interface BodySource {
  /** The reader is ready for more. */
  wanted(): void;
  /** More than enough is waiting. */
  full(): void;
  /** The reader will not read on. */
  abandoned(): void;
}

const mostWaitingBytes = 128 * 1024;
/** What a piece costs besides its bytes, about: many small ones are too much, too. */
const pieceBytes = 128;

interface Waiter {
  resolve(result: IteratorResult<Uint8Array>): void;
  reject(error: unknown): void;
}

const finished: IteratorResult<Uint8Array> = { done: true, value: undefined };

export class IncomingBody implements AsyncIterableIterator<Uint8Array> {
  /** Names and values in turn; known when the body has ended. */
  trailers: readonly string[] = [];
  #source: BodySource;
  #pieces: Buffer[] = [];
  #bytes = 0;
  #state: "open" | "ended" | "failed" | "abandoned" = "open";
  #error: unknown;
  #waiter: Waiter | undefined;
  #taken = false;

  constructor(source: BodySource) {
    this.#source = source;
  }

  /** True while someone waits for the next piece. */
  get awaited(): boolean {
    return this.#waiter !== undefined;
  }

  /** True when the whole body has arrived, read or not. */
  get ended(): boolean {
    return this.#state === "ended";
  }

  push(piece: Buffer): void {
    if (this.#state !== "open") return;
    const waiter = this.#waiter;
    if (waiter) {
      this.#waiter = undefined;
      waiter.resolve({ done: false, value: piece });
      return;
    }
    this.#pieces.push(piece);
    this.#bytes += piece.length + pieceBytes;
    if (this.#bytes > mostWaitingBytes) this.#source.full();
  }

  end(): void {
    if (this.#state !== "open") return;
    this.#state = "ended";
    this.#waiter?.resolve(finished);
    this.#waiter = undefined;
  }

  fail(error: unknown): void {
    if (this.#state !== "open") return;
    this.#state = "failed";
    this.#error = error;
    this.#waiter?.reject(error);
    this.#waiter = undefined;
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    if (this.#taken) throw new TypeError("a body can be read once");
    this.#taken = true;
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const piece = this.#pieces.shift();
    if (piece) {
      this.#bytes -= piece.length + pieceBytes;
      if (this.#state === "open" && this.#pieces.length === 0) this.#source.wanted();
      return Promise.resolve({ done: false, value: piece });
    }
    if (this.#state === "failed") return Promise.reject(this.#error);
    if (this.#state !== "open") return Promise.resolve(finished);
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
      this.#source.wanted();
    });
  }

  /** Whoever still waits for a piece, such as one who passes the body on, must not take it for whole. */
  return(): Promise<IteratorResult<Uint8Array>> {
    this.#pieces.length = 0;
    if (this.#state === "open") {
      this.#state = "abandoned";
      this.#waiter?.reject(new Error("the body was abandoned"));
      this.#waiter = undefined;
      this.#source.abandoned();
    }
    return Promise.resolve(finished);
  }
}

/** All of a body that came in these pieces; one alone is given as it is. */
export function joinPieces(pieces: readonly Buffer[]): Buffer {
  const [only] = pieces;
  return pieces.length === 1 && only ? only : Buffer.concat(pieces);
}
