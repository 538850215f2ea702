/** A client that tells an answer from none. */
import { connect, type Socket } from "node:net";
import type { BoundAddress } from "#traffic/application/config.ts";

/** An answer is there before, however slow this host is. */
const patienceMs = 60_000;
/** A real socket's silence takes real time. */
const silenceMs = 250;

/** What came back for a plain request; "nothing" when nothing did, "end" when the connection ended. */
export async function ask(
  address: BoundAddress,
  localAddress?: string,
  waitMs = patienceMs,
): Promise<string> {
  const socket = connect({ ...address, ...(localAddress !== undefined && { localAddress }) });
  try {
    return await askOver(socket, waitMs);
  } finally {
    socket.destroy();
  }
}

/** The same of whom there should be no answer. */
export const askInVain = (address: BoundAddress, localAddress?: string) =>
  ask(address, localAddress, silenceMs);

/** Leaves the connection open. */
export async function askOver(socket: Socket, waitMs = patienceMs): Promise<string> {
  socket.write("GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n");
  return new Promise((resolve) => {
    // The socket is the test's own, and lives in wall time.
    const timer = setTimeout(() => resolve("nothing"), waitMs);
    const finish = (text: string) => {
      clearTimeout(timer);
      resolve(text);
    };
    socket.once("data", (piece) => finish(String(piece).split("\r\n")[0]!));
    socket.once("error", () => finish("end"));
    socket.once("close", () => finish("end"));
  });
}
