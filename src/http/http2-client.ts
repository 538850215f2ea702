/** An HTTP/2 client on node:http2 with prior knowledge: sessions that are kept per address, for targets that speak it. */
import { connect as connectSocket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Wall } from "#runtime/clock.ts";
import {
  HttpClientError,
  watchConnection,
  type ClientRequest,
  type ClientResponse,
  type Receiver,
} from "./client-exchange.ts";
import { exchange, http2, isRepeatable } from "./http2-exchange.ts";
import { looseFields } from "./http2-fields.ts";
import { Http2Session } from "./http2-session.ts";
import { idempotent } from "./request-framing.ts";

export interface Http2Client {
  /** Resolves when the response's head is there. Rejects with HttpClientError. */
  request(request: ClientRequest): Promise<ClientResponse>;
  /** The same, told to a receiver. */
  start(request: ClientRequest, receiver: Receiver): void;
  close(): void;
}

/** How long a session without streams is kept, wall time. */
const keepMs = 55_000;

export function createHttp2Client({
  wall,
  keep = true,
}: {
  wall: Wall;
  keep?: boolean;
}): Http2Client {
  const sessions = new Map<string, Http2Session[]>();
  const open = new Set<Http2Session>();
  let closed = false;

  const connect = (request: ClientRequest): Http2Session => {
    const { address, tls, connections } = request;
    const name = nameOf(request);
    const session: Http2Session = new Http2Session(
      http2().connect(tls ? "https://target" : "http://target", {
        ...looseFields,
        createConnection() {
          const socket = tls
            ? connectTls({
                ...address,
                ALPNProtocols: ["h2"],
                rejectUnauthorized: tls.rejectUnauthorized ?? true,
                ...(!/^[\d.]+$|:/.test(tls.servername) && { servername: tls.servername }),
              })
            : connectSocket({ ...address, noDelay: true });
          watchConnection(socket, connections);
          socket.once("connect", () => (session.isReached = true));
          return socket;
        },
      }),
      {
        keepMs,
        mostStreams: sessions.get(name)?.at(-1)?.mostStreams,
        ended() {
          open.delete(session);
          const left = sessions.get(name)?.filter((one) => one !== session) ?? [];
          if (left.length > 0) sessions.set(name, left);
          else sessions.delete(name);
        },
      },
    );
    open.add(session);
    if (keep) sessions.set(name, [...(sessions.get(name) ?? []), session]);
    return session;
  };

  const withRoom = (asked: ClientRequest) =>
    sessions.get(nameOf(asked))?.filter((one) => one.hasRoom) ?? [];
  const request = async (asked: ClientRequest): Promise<ClientResponse> => {
    if (closed) throw new HttpClientError("aborted", "the client is closed", false);
    const [present] = withRoom(asked);
    const wasUsed = present !== undefined && !present.isConnecting;
    try {
      return await exchange(present ?? connect(asked), asked, wall);
    } catch (error) {
      const lost = wasUsed && present.isOver;
      if (closed || !mayRepeat(asked, error as HttpClientError, lost)) throw error;
      // One that was there before may be as bad; all that failed at once go over the same new one.
      const fresh = withRoom(asked).find((one) => one.isConnecting);
      return exchange(fresh ?? connect(asked), asked, wall);
    }
  };
  return {
    request,
    start: (asked, receiver) =>
      void request(asked).then(
        (response) => receiver.responded(response),
        (error: HttpClientError) => receiver.failed(error),
      ),
    close() {
      closed = true;
      for (const session of open) session.destroy();
    },
  };
}

/** What the peer says it did not do, and what does no harm when a connection ended that was there before: is `lost`. */
function mayRepeat(
  { method, body }: ClientRequest,
  { failure }: HttpClientError,
  lost: boolean,
): boolean {
  if (!isRepeatable(body)) return false;
  return failure === "refused" || (failure === "closed" && lost && idempotent.has(method));
}

function nameOf({ address, tls }: ClientRequest): string {
  return `${"path" in address ? address.path : `${address.host}:${address.port}`} ${tls ? "tls" : ""}`;
}
