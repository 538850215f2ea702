/**
 * What of this host's loopback machines may reach: Fogbank's own port, and each its own metadata.
 * A relay listens on a bridge's address alone and serves only connections that come from a machine
 * on that bridge; nothing else of the host is opened, and nobody else is let in.
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Log } from "#runtime/log.ts";

export interface RelayTarget {
  host: string;
  port: number;
}

export interface RelayGuest {
  machineId: string;
  metadata: RelayTarget | undefined;
}

export interface Relays {
  /**
   * Listens on the address for the target ("metadata": each machine's own); gives the port. Tries
   * the wished port first.
   */
  open(gateway: string, target: RelayTarget | "metadata", wishedPort: number): Promise<number>;
  close(gateway: string): Promise<void>;
  closeAll(): Promise<void>;
}

interface Relay {
  server: Server;
  sockets: Set<Socket>;
  port: number;
}

export function createRelays(
  log: Log,
  /** Who has the address on that bridge; undefined for strangers. */
  whoIs: (gateway: string, address: string) => Promise<RelayGuest | undefined>,
): Relays {
  const relays = new Map<string, Map<string, Promise<Relay>>>();

  const serve = async (gateway: string, target: RelayTarget | "metadata", wishedPort: number) => {
    const sockets = new Set<Socket>();
    const hold = (socket: Socket) => {
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
    };
    const passOn = async (inner: Socket) => {
      const guest = await whoIs(gateway, inner.remoteAddress ?? "");
      const to = target === "metadata" ? guest?.metadata : guest && target;
      if (!to || inner.destroyed) return void inner.destroy();
      const outer = connect({ ...to, allowHalfOpen: true });
      hold(outer);
      outer.once("error", () => inner.destroy());
      inner.once("close", () => outer.destroy());
      outer.once("close", () => inner.destroySoon());
      inner.pipe(outer);
      outer.pipe(inner);
    };
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (inner) => {
      hold(inner);
      inner.once("error", () => inner.destroy());
      passOn(inner).catch((error: unknown) => {
        log.warn("a machine's connection could not be passed on", { gateway, error });
        inner.destroy();
      });
    });
    for (const port of [wishedPort, 0])
      try {
        await listen(server, gateway, port);
        break;
      } catch (error) {
        if (port === 0 || (error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
      }
    return { server, sockets, port: (server.address() as { port: number }).port };
  };
  const close = async (gateway: string) => {
    const open = [...(relays.get(gateway)?.values() ?? [])];
    relays.delete(gateway);
    for (const opening of open) {
      const { server, sockets } = await opening;
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  };
  return {
    async open(gateway, target, wishedPort) {
      const atGateway = relays.get(gateway) ?? new Map<string, Promise<Relay>>();
      relays.set(gateway, atGateway);
      const key = target === "metadata" ? target : `${target.host}:${target.port}`;
      let opening = atGateway.get(key);
      if (!opening) {
        opening = serve(gateway, target, wishedPort);
        atGateway.set(key, opening);
        opening.catch(() => atGateway.delete(key));
      }
      return (await opening).port;
    },
    close,
    async closeAll() {
      for (const gateway of relays.keys()) await close(gateway);
    },
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
}
