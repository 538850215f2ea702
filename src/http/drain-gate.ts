/** Lets one writer wait until a socket takes bytes again. */
import type { Writable } from "node:stream";

export class DrainGate {
  readonly #socket: Writable;
  #waiting: { resolve: () => void; reject: (error: Error) => void } | undefined;

  constructor(socket: Writable) {
    this.#socket = socket;
  }

  /** Resolves at once while the socket takes more; rejects when it is gone. */
  wait(): Promise<void> {
    if (this.#socket.destroyed) return Promise.reject(new Error("the connection is gone"));
    if (!this.#socket.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** The socket has drained. */
  open(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }

  /** The socket never will. */
  fail(error: Error): void {
    this.#waiting?.reject(error);
    this.#waiting = undefined;
  }
}
