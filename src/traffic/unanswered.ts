/**
 * Connections that a door let nobody in by. The kernel has accepted them already, so they are kept
 * without an answer: their clients wait, as for packets that are dropped, until they give up or this does.
 */
import type { Socket } from "node:net";
import type { Timer, Wall } from "#runtime/clock.ts";

/** As long as Linux waits for the answer to a connection's first packets (tcp_syn_retries), wall time. */
const keptMs = 127_000;
/** Of one listener; a further one ends the oldest. */
const mostKept = 1000;
/** So much is taken from a client, to notice when it leaves. */
const mostTakenBytes = 64 * 1024;

export class Unanswered {
  readonly #wall: Wall;
  /** The oldest first. */
  readonly #kept = new Map<Socket, Timer>();

  constructor(wall: Wall) {
    this.#wall = wall;
  }

  keep(socket: Socket): void {
    const [oldest] = this.#kept.keys();
    if (oldest && this.#kept.size >= mostKept) oldest.resetAndDestroy();
    const timer = this.#wall.after(keptMs, () => void socket.resetAndDestroy());
    this.#kept.set(socket, timer);
    socket.once("close", () => {
      timer.cancel();
      this.#kept.delete(socket);
    });
    // It went away; nobody is to be told.
    socket.on("error", () => {});
    socket.once("end", () => socket.destroy());
    let taken = 0;
    socket.on("data", (piece: Buffer) => {
      taken += piece.length;
      if (taken > mostTakenBytes) socket.pause();
    });
    socket.resume();
  }

  close(): void {
    for (const socket of this.#kept.keys()) socket.destroy();
  }
}
