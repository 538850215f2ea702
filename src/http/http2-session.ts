/** One connection to a server that speaks HTTP/2: whether it takes another stream, and what its server says of streams. */
import type {
  ClientHttp2Session,
  ClientHttp2Stream,
  ClientSessionRequestOptions,
  OutgoingHttpHeaders,
} from "node:http2";

/** Until the server says how many streams it takes at once: "no smaller than 100" is what it should (RFC 9113, 6.5.2). */
const usualStreams = 100;

/** RFC 9113, 7. */
const refusedStream = 7;

export class Http2Session {
  /** The peer answered, whatever becomes of the handshake. */
  isReached = false;
  /** At once. */
  mostStreams = usualStreams;
  readonly #session: ClientHttp2Session;
  readonly #keepMs: number;
  readonly #ended: () => void;
  #streams = 0;
  #ending = false;
  /** Streams above it were not and will not be processed (RFC 9113, 6.8). */
  #lastStream = Infinity;

  /** `mostStreams` is what its server said before; `ended` is called once: when it takes no more streams. */
  constructor(
    session: ClientHttp2Session,
    options: { keepMs: number; mostStreams: number | undefined; ended: () => void },
  ) {
    this.#session = session;
    this.#keepMs = options.keepMs;
    this.#ended = options.ended;
    if (options.mostStreams !== undefined) this.mostStreams = options.mostStreams;
    session.on("remoteSettings", ({ maxConcurrentStreams = usualStreams }) => {
      this.mostStreams = Math.max(1, maxConcurrentStreams);
    });
    session.on("goaway", (_code, lastStream) => {
      this.#lastStream = Math.min(this.#lastStream, lastStream);
      this.#end();
    });
    // The streams under way fail by themselves and tell whoever waits for them.
    session.on("error", () => this.#end());
    session.on("close", () => this.#end());
    // A connection idles in wall time, and only Node sees its frames: the timer is the session's own.
    session.setTimeout(this.#keepMs, this.#idled);
  }

  get isConnecting(): boolean {
    return this.#session.connecting;
  }

  get hasRoom(): boolean {
    return !this.isOver && this.#streams < this.mostStreams;
  }

  /** It takes no more streams, and those under way may fail with it. */
  get isOver(): boolean {
    const { closed, destroyed } = this.#session;
    return closed || destroyed || this.#ending;
  }

  /** Throws what node:http2 says of a request that it does not send. */
  request(fields: OutgoingHttpHeaders, options: ClientSessionRequestOptions): ClientHttp2Stream {
    const stream = this.#session.request(fields, options);
    this.#streams++;
    stream.once("close", () => this.#streams--);
    return stream;
  }

  onceConnected(listener: () => void): void {
    if (this.isConnecting) this.#session.once("connect", listener);
    else listener();
  }

  /** Of a stream that has ended: the server says that it did nothing with it (RFC 9113, 8.7). */
  refused({ id, rstCode }: ClientHttp2Stream): boolean {
    return rstCode === refusedStream || (id !== undefined && id > this.#lastStream);
  }

  destroy(): void {
    this.#session.destroy();
  }

  #end(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#ended();
  }

  readonly #idled = () => {
    if (this.#streams === 0) this.#session.close();
    // Wall time, as when it began.
    else this.#session.setTimeout(this.#keepMs, this.#idled);
  };
}
