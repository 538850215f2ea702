/** A body on its way through: its bytes are counted, and its end is told however it comes. */
import type { ByteStream } from "#http/http.ts";

export class FollowedBody implements AsyncIterableIterator<Uint8Array> {
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #ended: (bytes: number) => void;
  /** Those that have passed so far. */
  bytes = 0;
  /** All of it has passed. */
  isWhole = false;
  #open = true;

  /** `ended` is called once: when the body is complete, broken or abandoned, read or not. */
  constructor(source: ByteStream, ended: (bytes: number) => void) {
    this.#source = source[Symbol.asyncIterator]();
    this.#ended = ended;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    try {
      const result = await this.#source.next();
      if (result.done) {
        this.isWhole = true;
        this.#end();
      } else this.bytes += result.value.length;
      return result;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    this.#end();
    await this.#source.return?.();
    return { done: true, value: undefined };
  }

  #end(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#ended(this.bytes);
  }
}
