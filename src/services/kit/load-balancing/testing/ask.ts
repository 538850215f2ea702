/** A client that tells an answer from none. */
import { connect, type Socket } from "node:net";
import type { BoundAddress } from "#traffic/application/config.ts";

const patienceMs = 250;

/** What came back for a plain request; "nothing" when nothing did, "end" when the connection ended. */
export async function ask(address: BoundAddress, localAddress?: string): Promise<string> {
  const socket = connect({ ...address, ...(localAddress !== undefined && { localAddress }) });
  try {
    return await askOver(socket);
  } finally {
    socket.destroy();
  }
}

/** Leaves the connection open. */
export async function askOver(socket: Socket): Promise<string> {
  socket.write("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
  return new Promise((resolve) => {
    // A real socket's silence takes real time.
    const timer = setTimeout(() => resolve("nothing"), patienceMs);
    const finish = (text: string) => {
      clearTimeout(timer);
      resolve(text);
    };
    socket.once("data", (piece) => finish(String(piece).split("\r\n")[0]!));
    socket.once("error", () => finish("end"));
    socket.once("close", () => finish("end"));
  });
}
