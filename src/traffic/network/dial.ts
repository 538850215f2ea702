/** Connections to targets: plain or TLS, with the header that tells who the client is. */
import { connect, isIPv4, type Socket } from "node:net";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import type { Reach } from "#compute/driver.ts";
import type { Wall } from "#runtime/clock.ts";
import { PieceReader, writableHighWaterMark, type BufferPool } from "./pieces.ts";
import { resetSocket, type RelaySide } from "./relay.ts";

const connectTimeoutMs = 10_000;

export interface DialOptions {
  reach: Reach;
  wall: Wall;
  timeoutMs?: number;
  /** Where the connection shall come from. */
  localAddress?: string | undefined;
  /** Goes before everything else, TLS too. */
  header?: Uint8Array | undefined;
  /** Speaks TLS and offers these protocols. */
  tls?: { alpn: string[] } | undefined;
  /** Where plain connections get their buffer; without one they are read as any socket. */
  pool?: BufferPool;
}

/** Why no connection came to be. */
export class DialError extends Error {
  /** `refused` is the target's own reset; `no-port` means that none is left to connect from. */
  readonly failure: "refused" | "no-port" | "timeout" | "failed" | "tls";

  constructor(failure: DialError["failure"], cause?: unknown) {
    super(`a target was not reached: ${failure}`, { cause });
    this.failure = failure;
  }
}

/** A connection that nobody reads yet; throws `DialError`. */
export async function dial(options: DialOptions): Promise<RelaySide> {
  const { reach, localAddress, header, tls, pool } = options;
  const reader = pool && !tls ? new PieceReader(pool) : undefined;
  const raw = connect({
    ...reach,
    ...("host" in reach && localAddress !== undefined && { localAddress }),
    allowHalfOpen: true,
    noDelay: true,
    ...(reader && { onread: reader.options, writableHighWaterMark }),
  });
  await opened(raw, "connect", options, failureOf);
  if (header) raw.write(header);
  if (!tls) return { socket: raw, raw, reader };
  // Node hands `allowHalfOpen` on to the socket; its types do not know.
  const manners: ConnectionOptions & { allowHalfOpen: boolean } = {
    socket: raw,
    allowHalfOpen: true,
    // Targets' certificates are not checked: https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-target-groups.html
    rejectUnauthorized: false,
    ...(tls.alpn.length > 0 && { ALPNProtocols: tls.alpn }),
  };
  const secured = connectTls(manners);
  raw.on("error", (error) => secured.destroy(error));
  const side = { socket: secured, raw };
  try {
    await opened(secured, "secureConnect", options, () => "tls");
  } catch (error) {
    resetSocket(side);
    throw error;
  }
  return side;
}

function opened(
  socket: Socket | TLSSocket,
  event: "connect" | "secureConnect",
  { wall, timeoutMs = connectTimeoutMs }: DialOptions,
  describe: (error: NodeJS.ErrnoException) => DialError["failure"],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (failure: DialError["failure"], error?: unknown) => {
      settled = true;
      timer.cancel();
      socket.destroy();
      reject(new DialError(failure, error));
    };
    const timer = wall.after(timeoutMs, () => fail("timeout"));
    let settled = false;
    const onError = (error: NodeJS.ErrnoException) => {
      if (!settled) fail(describe(error), error);
    };
    const onClose = () => fail("failed");
    // This one stays: what goes wrong before others listen, or after they are done, is nobody's business.
    socket.on("error", onError);
    socket.once("close", onClose);
    socket.once(event, () => {
      settled = true;
      timer.cancel();
      socket.off("close", onClose);
      resolve();
    });
  });
}

function failureOf({ code }: NodeJS.ErrnoException): DialError["failure"] {
  if (code === "EADDRNOTAVAIL" || code === "EADDRINUSE") return "no-port";
  return code === "ECONNREFUSED" || code === "ECONNRESET" ? "refused" : "failed";
}

/** The client's own address where a socket can be bound to it and answers find back: on loopback. */
export function preservedAddress(clientHost: string, reach: Reach): string | undefined {
  const loopback = (host: string) => isIPv4(host) && host.startsWith("127.");
  return "host" in reach && loopback(reach.host) && loopback(clientHost) ? clientHost : undefined;
}
