/** Two sockets that from now on carry each other's bytes, as after a WebSocket handshake. */
import type { Duplex } from "node:stream";
import type { Timer, Wall } from "#runtime/clock.ts";

export interface Tunnel {
  end(): void;
}

export interface TunnelSide {
  socket: Duplex;
  /** Bytes that came before the tunnel stood. */
  head: Uint8Array;
}

export interface PassedBytes {
  fromClient: number;
  fromTarget: number;
}

/**
 * `ended` is called once, with the bytes that passed either way. Either side's end ends both, once the other has taken
 * what came before; so does an idle timeout without a byte.
 */
export function joinSockets(
  client: TunnelSide,
  target: TunnelSide,
  { wall, idleTimeoutMs }: { wall: Wall; idleTimeoutMs: number },
  ended: (passed: PassedBytes) => void,
): Tunnel {
  const passed = { fromClient: client.head.length, fromTarget: target.head.length };
  let open = true;
  let activeMs = wall.monotonic();
  let timer: Timer | undefined;
  const end = () => {
    if (!open) return;
    open = false;
    timer?.cancel();
    client.socket.destroy();
    target.socket.destroy();
    ended(passed);
  };
  const watch = () => {
    const leftMs = activeMs + idleTimeoutMs - wall.monotonic();
    if (leftMs <= 0) end();
    else timer = wall.after(leftMs, watch);
  };
  const join = (from: Duplex, to: Duplex, direction: keyof PassedBytes) => {
    // Errors end a tunnel like any other end: there is nobody left to tell.
    from.on("error", end);
    from.on("close", () => {
      // One that broke off leaves nothing whole.
      if (from.readableEnded && !to.writableFinished) to.once("finish", end);
      else end();
    });
    from.on("data", (piece: Uint8Array) => {
      passed[direction] += piece.length;
      activeMs = wall.monotonic();
      if (!to.write(piece)) from.pause();
    });
    from.on("end", () => to.end());
    to.on("drain", () => {
      activeMs = wall.monotonic();
      from.resume();
    });
  };
  join(client.socket, target.socket, "fromClient");
  join(target.socket, client.socket, "fromTarget");
  if (client.head.length > 0) target.socket.write(client.head);
  if (target.head.length > 0) client.socket.write(target.head);
  client.socket.resume();
  target.socket.resume();
  if (client.socket.destroyed || target.socket.destroyed) end();
  else watch();
  return { end };
}
