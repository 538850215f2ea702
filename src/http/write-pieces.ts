/** The pieces of a body on their way into a stream of HTTP/2. */
import type { Duplex } from "node:stream";
import { DrainGate } from "./drain-gate.ts";
import type { ByteStream } from "./http.ts";

/**
 * Writes what a body gives as fast as the stream takes it; what is left when the stream is gone is abandoned. `waits`
 * is told whether it is the body that is waited for. Throws what the body throws.
 */
export async function writePieces(
  stream: Duplex,
  body: ByteStream,
  waits: (forBody: boolean) => void = () => {},
): Promise<void> {
  const gate = new DrainGate(stream);
  const open = () => gate.open();
  stream.on("drain", open).once("close", open);
  try {
    waits(true);
    for await (const piece of body) {
      waits(false);
      if (stream.destroyed) return;
      if (!stream.write(piece) && !stream.destroyed) await gate.wait();
      waits(true);
    }
  } finally {
    waits(false);
    stream.off("drain", open).off("close", open);
  }
}
