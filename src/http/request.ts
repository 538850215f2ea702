/** A request as handlers see it; what few of them ask for is made when asked for. */
import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { ByteStream, HttpRequest } from "./http.ts";
import { joinFields, type Fields } from "./fields.ts";
import type { RequestHead } from "./head.ts";

export class IncomingRequest implements HttpRequest {
  readonly method: string;
  readonly target: string;
  readonly httpVersion: string;
  readonly rawHeaders: readonly string[];
  readonly body: ByteStream;
  readonly #socket: Socket;
  readonly #lowerNames: readonly string[] | undefined;
  #headers: Fields | undefined;
  #gone: AbortController | undefined;
  #goneReason: Error | undefined;
  #goneListener: ((reason: Error) => void) | undefined;

  constructor(head: RequestHead, body: ByteStream, socket: Socket) {
    this.method = head.method;
    this.target = head.target;
    this.httpVersion = head.version;
    this.rawHeaders = head.rawHeaders;
    this.#lowerNames = head.lowerNames;
    this.body = body;
    this.#socket = socket;
  }

  get headers(): Readonly<Record<string, string | undefined>> {
    return (this.#headers ??= joinFields(this.rawHeaders, this.#lowerNames));
  }

  get remoteAddress(): string {
    return this.#socket.remoteAddress ?? "";
  }

  get remotePort(): number {
    return this.#socket.remotePort ?? 0;
  }

  get localPort(): number {
    return this.#socket.localPort ?? 0;
  }

  get secure(): TLSSocket | undefined {
    return "encrypted" in this.#socket ? (this.#socket as TLSSocket) : undefined;
  }

  get signal(): AbortSignal {
    if (!this.#gone) {
      this.#gone = new AbortController();
      if (this.#goneReason) this.#gone.abort(this.#goneReason);
    }
    return this.#gone.signal;
  }

  onGone(listener: (reason: Error) => void): void {
    if (this.#goneReason) listener(this.#goneReason);
    else this.#goneListener = listener;
  }

  /** Tells whoever listens that the client will not take a reply. */
  abort(reason: Error): void {
    if (this.#goneReason) return;
    this.#goneReason = reason;
    this.#gone?.abort(reason);
    this.#goneListener?.(reason);
  }
}
