/** A socket that says exactly what a test wants said. */
import { connect, type Socket } from "node:net";
import { once } from "node:events";

export interface RawClient {
  socket: Socket;
  write(text: string | Uint8Array): void;
  /** All that has come so far, once it holds the text (or matches the pattern). */
  until(wanted: string | RegExp): Promise<string>;
  /** All that came, once the server has closed the connection. */
  ended(): Promise<string>;
}

export async function connectRaw(port: number): Promise<RawClient> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  let received = "";
  const waiting = new Set<() => void>();
  const check = () => {
    for (const waiter of waiting) waiter();
  };
  let closed = false;
  socket.on("data", (chunk) => {
    received += chunk.toString("latin1");
    check();
  });
  socket.on("error", () => {});
  socket.on("close", () => {
    closed = true;
    check();
  });
  await once(socket, "connect");
  const when = (holds: () => boolean) =>
    new Promise<string>((resolve, reject) => {
      const waiter = () => {
        if (holds()) resolve(received);
        else if (closed) reject(new Error(`closed after ${JSON.stringify(received)}`));
        else return;
        waiting.delete(waiter);
      };
      waiting.add(waiter);
      waiter();
    });
  return {
    socket,
    write: (text) => void socket.write(text),
    until: (wanted) =>
      when(() => (typeof wanted === "string" ? received.includes(wanted) : wanted.test(received))),
    ended: () => when(() => closed),
  };
}
