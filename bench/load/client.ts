/** A load generator on plain sockets, cheap enough not to be what is measured. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";

export interface Reply {
  status: number;
  head: string;
  body: Buffer;
}

/** One connection with one request under way at a time. */
export class Connection {
  readonly #socket: Socket;
  #received: Buffer | undefined;
  #done: ((reply: Reply) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#take(chunk));
    socket.on("error", (error) => {
      throw error;
    });
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await once(socket, "connect");
    return new Connection(socket);
  }

  /** Sends a request and calls back with its whole reply. */
  send(request: Buffer, done: (reply: Reply) => void): void {
    this.#done = done;
    this.#socket.write(request);
  }

  /** The reply to a request. Throws for any status but 200. */
  ask(request: Buffer): Promise<Reply> {
    return new Promise((resolve, reject) => {
      this.send(request, (reply) => {
        if (reply.status === 200) resolve(reply);
        else reject(new Error(`${reply.head}\n\n${reply.body.toString()}`));
      });
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    const bytes = this.#received ? Buffer.concat([this.#received, chunk]) : chunk;
    this.#received = bytes;
    const headEnd = bytes.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const head = bytes.toString("latin1", 0, headEnd);
    const length = /content-length: (\d+)/i.exec(head)?.[1];
    if (length === undefined) throw new Error(`a reply of unknown length:\n${head}`);
    const end = headEnd + 4 + Number(length);
    if (bytes.length < end) return;
    this.#received = undefined;
    const status = Number(head.slice(9, 12));
    this.#done!({ status, head, body: bytes.subarray(headEnd + 4, end) });
  }
}

export interface Attack {
  port: number;
  /** Sent in turn, again and again. */
  requests: readonly Buffer[];
  /** How long, or how many. */
  seconds?: number;
  count?: number;
  connections?: number;
}

/** Requests answered per second, each with 200, by connections that send the next when one is answered. */
export async function attack({
  port,
  requests,
  seconds = Number.POSITIVE_INFINITY,
  count = Number.POSITIVE_INFINITY,
  connections = 16,
}: Attack): Promise<{ perSecond: number; total: number }> {
  const open = await Promise.all(Array.from({ length: connections }, () => Connection.open(port)));
  let total = 0;
  let next = 0;
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  await Promise.all(
    open.map(
      (connection) =>
        new Promise<void>((resolve, reject) => {
          const answered = ({ status, head, body }: Reply) => {
            if (status !== 200) return reject(new Error(`${head}\n\n${body.toString()}`));
            total++;
            if (next >= count || performance.now() >= endMs) return resolve();
            sendNext();
          };
          const sendNext = () => connection.send(requests[next++ % requests.length]!, answered);
          sendNext();
        }),
    ),
  );
  const perSecond = total / ((performance.now() - startMs) / 1000);
  for (const connection of open) connection.close();
  return { perSecond, total };
}
