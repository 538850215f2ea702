/** A response as the client's callers see it; its fields are joined when asked for. */
import type { Socket } from "node:net";
import type { ByteStream } from "./http.ts";
import type { ClientResponse } from "./client-exchange.ts";
import { joinFields, type Fields } from "./fields.ts";
import type { ResponseHead } from "./head.ts";

export class IncomingResponse implements ClientResponse {
  readonly status: number;
  readonly reason: string;
  readonly httpVersion: string;
  readonly rawHeaders: readonly string[];
  readonly body: ByteStream;
  readonly bodyLength: number | undefined;
  upgraded?: { socket: Socket; head: Uint8Array };
  readonly #lowerNames: readonly string[] | undefined;
  #headers: Fields | undefined;

  constructor(head: ResponseHead, body: ByteStream) {
    this.status = head.status;
    this.reason = head.reason;
    this.httpVersion = head.version;
    this.rawHeaders = head.rawHeaders;
    this.#lowerNames = head.lowerNames;
    this.body = body;
    const { contentLength } = head.framing;
    this.bodyLength = contentLength >= 0 ? contentLength : undefined;
  }

  get headers(): Readonly<Record<string, string | undefined>> {
    return (this.#headers ??= joinFields(this.rawHeaders, this.#lowerNames));
  }
}
