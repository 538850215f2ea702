/**
 * Small replies of one turn of the event loop go out together at its end. A write that wakes a peer
 * costs more than all else about it; the first of several wakes it, and the others find it awake.
 */
import type { Socket } from "node:net";
import { atEndOfTurn } from "#runtime/turn.ts";

/** So many replies are not kept waiting for the turn's end. */
const mostHeld = 32;

export class Outbox {
  #held: Socket[] = [];
  #scheduled = false;

  /** What is written to the socket from now on leaves with the others of this turn, in its order. */
  hold(socket: Socket): void {
    if (socket.writableCorked > 0) return;
    socket.cork();
    if (this.#held.push(socket) >= mostHeld) this.#release();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      atEndOfTurn(() => {
        this.#scheduled = false;
        this.#release();
      });
    }
  }

  #release(): void {
    const held = this.#held;
    this.#held = [];
    for (const socket of held) socket.uncork();
  }
}
