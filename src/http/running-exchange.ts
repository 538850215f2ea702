/** One request of a client's connection and its response. */
import type {
  Abortable,
  ClientRequest,
  ClientResponse,
  HttpClientError,
  Receiver,
} from "./client-exchange.ts";

/**
 * An object rather than closures, because V8 keeps closures that a promise's executor makes until a
 * full collection, and all that they reach with them.
 */
export class RunningExchange implements Abortable {
  readonly request: ClientRequest;
  /** The whole request is out. */
  sent = false;
  /** The response's head was given away. */
  answered = false;
  /** There was a response that is not the last. */
  interim = false;
  readonly #receiver: Receiver;
  readonly #stop: (exchange: RunningExchange) => void;
  #listener: (() => void) | undefined;

  constructor(
    request: ClientRequest,
    receiver: Receiver,
    stop: (exchange: RunningExchange) => void,
  ) {
    this.request = request;
    this.#receiver = receiver;
    this.#stop = stop;
    const { signal, control } = request;
    if (control) control.running = this;
    if (!signal) return;
    this.#listener = () => this.abort();
    signal.addEventListener("abort", this.#listener, { once: true });
  }

  abort(): void {
    this.#stop(this);
  }

  /** What comes now is no sign of life: interim responses could go on for ever. */
  get putsOff(): boolean {
    return this.interim && !this.answered;
  }

  respond(response: ClientResponse): void {
    this.answered = true;
    this.#receiver.responded(response);
  }

  fail(error: HttpClientError): void {
    if (this.answered) return;
    this.answered = true;
    this.#receiver.failed(error);
  }

  /** Whatever aborts it later concerns nobody. */
  detach(): void {
    if (this.#listener) this.request.signal?.removeEventListener("abort", this.#listener);
  }
}
